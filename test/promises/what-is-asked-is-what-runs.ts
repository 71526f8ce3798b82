import type { JobDefinition } from '../../shared/jobs/definition.ts';
import { canonical, shown } from './canonical.ts';
import { note, noted, notes } from './noted.ts';
import type { Look, Promised } from './promised.ts';
import { deploymentsIn, stepsOf, toldOf, type Deployed, type TaskOf } from './told.ts';
import { isAble, wronglyAdded } from './added.ts';

/** A definition as it is stored: JSON. */
const definitionOf = ({ definition }: Deployed): JobDefinition => JSON.parse(definition) as JobDefinition;

/** Whether a deployment asks for what was sent for it: at first, with a change, or once more with a retry. */
function isSent({ ledger }: Look, run: Deployed, before: Deployed | undefined): boolean {
  if (before !== undefined && toldOf(before, 'retried') !== undefined) return run.definition === before.definition;
  const stored = shown(definitionOf(run));
  const sent =
    before === undefined
      ? ledger
          .of('submission')
          .filter((line) => line.by === run.submitter_id && (line.job_id ?? run.job_id) === run.job_id)
      : ledger.of('change').filter(({ job_id }) => job_id === run.job_id);
  return sent.some(({ definition }) => shown(definition) === stored);
}

/** The tasks that a definition asks for, without those of whom a fallback leaves out. */
function plannedIn(run: Deployed, definition: JobDefinition): Planned[] {
  const { primary_agent: agent, plan } = definition;
  const isAlone = run.alone_because !== null && definition.fallback === 'single_agent';
  if (plan !== undefined && !isAlone)
    return plan.map((step) => ({ ...step, agent: step.agent ?? null, waitsFor: step.depends_on }));
  const helpers = isAlone ? [] : [...new Set(definition.supporting_agents)].filter((id) => id !== agent);
  return [
    ...helpers.map((helper) => ({ name: helper, agent: helper, waitsFor: [] })),
    { name: agent, agent, waitsFor: helpers },
  ];
}

interface Planned {
  name: string;
  /** Null: whoever has the capability. */
  agent: string | null;
  capability?: string | string[] | undefined;
  waitsFor: string[];
  input?: object;
  retries?: number | undefined;
  timeout_seconds?: number | undefined;
}

/** What a task is given: what was asked, and once it goes what it has waited for. */
function inputOf(task: TaskOf, run: Deployed, { planned: { waitsFor, input: own }, definition }: Given): string {
  const { job_name, job_description, input } = definition;
  const outputs = stepsOf(run)
    .filter(({ name }) => waitsFor.includes(name))
    .map(({ name, output }) => [name, output === null ? null : JSON.parse(output)] as const);
  const has = waitsFor.length > 0 && task.queued_at !== null ? { outputs: Object.fromEntries(outputs) } : {};
  return canonical({ job_name, description: job_description, ...input, ...own, ...has });
}

interface Given {
  planned: Planned;
  definition: JobDefinition;
}

function isAsPlanned(look: Look, task: TaskOf | undefined, given: Given & { run: Deployed }): boolean {
  if (task === undefined) return false;
  const { planned, definition, run } = given;
  const { agent, capability = [], waitsFor, retries = definition.max_retries, timeout_seconds } = planned;
  const { priority, max_execution_time_seconds } = definition;
  return (
    task.agent_id === agent &&
    (agent !== null || isAble(look, task.holder_id, [capability].flat())) &&
    task.max_attempts === retries + 1 &&
    task.priority === priority &&
    task.time_limit_seconds <= Math.min(max_execution_time_seconds, timeout_seconds ?? Infinity) &&
    canonical((JSON.parse(task.depends_on) as string[]).toSorted()) === canonical(waitsFor.toSorted()) &&
    canonical(JSON.parse(task.input)) === inputOf(task, run, given)
  );
}

function wrongTasks(look: Look, run: Deployed): string[] {
  if (toldOf(run, 'started') === undefined) return run.tasks.map(({ id }) => `${id} is of what has not started`);
  const definition = definitionOf(run);
  const planned = plannedIn(run, definition);
  const steps = stepsOf(run).filter(({ assigned_by }) => assigned_by === null);
  const wrong = planned.filter((one) => {
    const task = steps.find(({ name }) => name === one.name);
    return !isAsPlanned(look, task, { planned: one, definition, run });
  });
  return [
    ...wrong.map(({ agent, name }) => `${run.id} does not give ${agent ?? name} what was asked`),
    ...(steps.length === planned.length ? [] : [`${run.id} has ${steps.length} tasks`]),
  ];
}

/** Base units in one of each unit that anybody asks in. */
const baseUnits: Record<string, number> = { cores: 1000, millicores: 1 };

interface Taken {
  deployment_id: string;
  kind: 'resource' | 'tool';
  name: string;
  amount: number;
}

const summed = (parts: [name: string, amount: number][]): string =>
  canonical(
    Object.fromEntries(
      [...Map.groupBy(parts, ([name]) => name)].map(([name, each]) => [
        name,
        each.reduce((sum, [, one]) => sum + one, 0),
      ]),
    ),
  );

/** What it held when it began, against what it asked for; a resource may be asked for by its type. */
function wronglyTaken(run: Deployed, taken: Taken[], typeOf: ReadonlyMap<string, string>): string[] {
  if (toldOf(run, 'started') === undefined) return [];
  const { required_resources, required_tools } = definitionOf(run);
  const held = (kind: Taken['kind']) => taken.filter((one) => one.kind === kind);
  const named = (word: string) => (typeOf.has(word) ? typeOf.get(word) : word) ?? word;
  const resources = summed(
    required_resources.map(({ resource_type, amount, unit }) => [
      named(resource_type),
      amount * (baseUnits[unit] ?? NaN),
    ]),
  );
  const tools = summed(required_tools.map(({ tool_name, estimated_calls }) => [tool_name, estimated_calls]));
  return [
    ...(summed(held('resource').map(({ name, amount }) => [named(name), amount])) === resources
      ? []
      : [`${run.id} began with other resources than it asked for: ${resources}`]),
    ...(summed(held('tool').map(({ name, amount }) => [name, amount])) === tools
      ? []
      : [`${run.id} began with other tools than it asked for: ${tools}`]),
  ];
}

const unmet = `select 1 from json_each(new.depends_on) needed where not exists (select 1 from tasks other
  where other.deployment_id = new.deployment_id and other.name = needed.value and other.state = 'succeeded')`;

export const whatIsAskedIsWhatRuns: Promised = {
  sentence:
    'What was asked is what runs: the definition that was sent, its tasks for its agents in its order and those that a supervisor adds, with its resources and its tools.',
  watch: [
    notes,
    'create table taken (deployment_id text, kind text, name text, amount integer)',
    `create trigger watch_what_is_taken after update on jobs when new.state = 'executing' and old.state <> 'executing'
     begin
       insert into taken select deployment_id, 'resource', resource_name, amount from allocations
         where deployment_id = new.deployment_id;
       insert into taken select deployment_id, 'tool', tool_name, calls from tool_uses
         where deployment_id = new.deployment_id;
     end`,
    `create trigger watch_what_waits after update on tasks
     when new.undoes is null and old.state = 'waiting' and new.state <> 'waiting' and new.state <> 'cancelled' and exists (${unmet})
     begin ${note('asked', "new.id || ' goes before what it waits for'")} end`,
    `create trigger watch_what_begins after insert on tasks when new.undoes is null and new.state <> 'waiting' and exists (${unmet})
     begin ${note('asked', "new.id || ' begins before what it waits for'")} end`,
  ],
  atEnd: (look) => {
    const taken = Map.groupBy(look.rows<Taken>('select * from taken'), ({ deployment_id }) => deployment_id);
    const resources = look.rows<{ name: string; resource_type: string }>('select name, resource_type from resources');
    const typeOf = new Map(resources.map(({ name, resource_type }) => [name, resource_type]));
    const wrong = deploymentsIn(look).flatMap((run, at, all) => {
      const before = run.number === 1 ? undefined : all[at - 1];
      return [
        ...(isSent(look, run, before) ? [] : [`deployment ${run.number} of ${run.job_id} is not what was sent`]),
        ...wrongTasks(look, run),
        ...wronglyTaken(run, taken.get(run.id) ?? [], typeOf),
      ];
    });
    return [...noted(look, 'asked'), ...wrong, ...wronglyAdded(look)];
  },
};
