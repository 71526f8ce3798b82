/** Tasks that a supervisor adds to a run: each as it was asked for, and each once. */
import type { JobDefinition } from '../../shared/jobs/definition.ts';
import type { Line } from '../simulation/ledger.ts';
import { canonical } from './canonical.ts';
import type { Look } from './promised.ts';
import { addedTo, deploymentsIn, type Deployed, type TaskOf } from './told.ts';

/** Whether an agent, if there is one, can do all of this, by what was told of it. */
export const isAble = ({ ledger }: Look, agent: string | null, capabilities: readonly string[]): boolean =>
  agent === null ||
  capabilities.every((word) => ledger.of('skill').some(({ id, capability }) => id === agent && capability === word));

const urgency = { critical: 1, high: 3, normal: 5, low: 8 };

function isAsAsked(look: Look, { task, run }: Added, { by, job_id, asked }: Line<'assignment'>): boolean {
  const { max_retries, ...job } = JSON.parse(run.definition) as JobDefinition;
  const { type, description, parameters, required_capabilities, assignment, priority, timeout_seconds } = asked;
  const agent = assignment === 'best_agent' ? task.agent_id : task.holder_id;
  return (
    run.job_id === job_id &&
    task.assigned_by === by &&
    (task.name === type || task.name.startsWith(`${type}:`)) &&
    (task.agent_id === null) === (assignment === 'first_to_claim') &&
    isAble(look, agent, required_capabilities) &&
    task.depends_on === '[]' &&
    task.priority === (priority === undefined ? job.priority : urgency[priority]) &&
    task.max_attempts === (asked.retries ?? max_retries) + 1 &&
    task.time_limit_seconds <= Math.min(job.max_execution_time_seconds, timeout_seconds ?? Infinity) &&
    canonical(JSON.parse(task.input)) === canonical({ job_name: job.job_name, type, description, ...parameters })
  );
}

interface Added {
  task: TaskOf;
  run: Deployed;
}

export function wronglyAdded(look: Look): string[] {
  const added = deploymentsIn(look).flatMap((run) => addedTo(run).map((task) => ({ task, run })));
  const lines = look.ledger.of('assignment');
  const unasked = added.filter((one) => !lines.some((line) => isAsAsked(look, one, line)));
  const known = new Set(added.map(({ task }) => task.id));
  const lost = lines.flatMap(({ task_id }) => (task_id === null || known.has(task_id) ? [] : [task_id]));
  const asked = new Set(lines.map(({ by, key }) => `${by} ${key}`)).size;
  return [
    ...unasked.map(({ task, run }) => `${task.id} was added to ${run.job_id}, and nobody asked for it`),
    ...lost.map((id) => `${id} was acknowledged and is not there`),
    ...(added.length > asked ? [`${asked} tasks were asked for and ${added.length} were added`] : []),
  ];
}
