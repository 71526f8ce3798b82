/** A task that a supervisor adds to a run. */
import type { Caller } from '../access/caller.ts';
import { newestOfDeployment } from '../approvals/store.ts';
import { leftMicros } from '../budgets/reserve.ts';
import { agentsOf } from '../jobs/definition.ts';
import type { Job } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import { lockJob } from '../jobs/store/rows.ts';
import { refuse } from '../outcomes.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import { priorities, type AssignInput } from '../tasks/assignment.ts';
import { ableAgents, capableAgents } from '../tasks/capable.ts';
import { chooseAgent } from '../tasks/choose-agent.ts';
import { queueTasks } from '../tasks/queue.ts';
import { tasksOf } from '../tasks/store.ts';
import type { Task } from '../tasks/task.ts';
import { currentDefinition } from './current.ts';
import { taskLimit } from './queue-plan.ts';

/** A run is not added to without end. */
const mostTasks = 200;

/**
 * Adds the task to a job that is executing, and gives its id. The job is locked first, so its end comes before or after.
 * Refuses `not_found`, `conflict`, `job_ended` and `no_capable_agent`.
 */
export async function addTask(tx: Tx, caller: Caller, asked: AssignInput & { job_id: string }): Promise<string> {
  const job = (await lockJob(tx, { id: asked.job_id })) ?? refuse('not_found');
  const definition = await currentDefinition(tx, job);
  if (!agentsOf(definition).includes(caller.id)) refuse('not_found'); // who is not of the job may not know of it
  const tasks = await tasksOf(tx, { deployment_id: job.deployment_id });
  refuseEnding(job, tasks);
  const voters = await votersOf(tx, job);
  if (asked.assignment === 'first_to_claim') await refuseVoters(tx, asked, voters);
  const { agent_id, because } = await choiceOf(tx, asked, [...voters, caller.id]);
  const { type, description, parameters, required_capabilities, priority, timeout_seconds, retries } = asked;
  const task = {
    ...{ job_id: job.id, deployment_id: job.deployment_id, name: freeName(type, tasks), depends_on: [] },
    ...{ agent_id, capabilities: [...new Set(required_capabilities)].toSorted() },
    priority: priority === undefined ? job.priority : priorities[priority],
    input: { job_name: job.job_name, type, description, ...parameters },
    max_attempts: (retries ?? definition.max_retries) + 1,
    time_limit_seconds: taskLimit(tx, job, timeout_seconds),
    alarm_micros: await leftMicros(tx, job.deployment_id),
    ...{ assigned_by: caller.id, assigned_because: because },
  };
  const [queued] = await queueTasks(tx, [task]);
  await moveJob(tx, job, { type: 'task_assigned', by: caller.id, task: { name: task.name, agent: agent_id, because } });
  return queued?.id ?? '';
}

/** Nothing is begun any more once a stop or an end stands. */
function refuseEnding({ state, stop_reason }: Job, tasks: readonly Task[]): void {
  if (state !== 'executing') {
    const isBefore = ['submitted', 'estimated', 'blocked', 'awaiting_approval', 'approved'].includes(state);
    refuse(isBefore ? 'conflict' : 'job_ended', {
      detail: `A task is added to a job that is executing; it is ${state}.`,
    });
  }
  if (stop_reason !== null) refuse('conflict', { detail: 'The job is being stopped; nothing more is begun.' });
  if (tasks.some((task) => task.state === 'failed' || task.state === 'cancelled'))
    refuse('conflict', { detail: 'A task of the job has failed; nothing more is begun.' });
  if (tasks.every((task) => task.state === 'succeeded'))
    refuse('conflict', { detail: 'All tasks of the job have succeeded; it is about to end.' });
  if (tasks.length >= mostTasks)
    refuse('conflict', { detail: `The job has ${tasks.length} tasks, as many as it may.` });
}

/** Who has a say in a job does nothing for it. */
async function votersOf(reads: Reads, { deployment_id }: Job): Promise<string[]> {
  const approval = await newestOfDeployment(reads, { deployment_id });
  return approval?.electorate.voters.map(({ id }) => id) ?? [];
}

/** Nobody can say who claims it and when, so nobody with a say in the job may be able to. Refuses `conflict`. */
async function refuseVoters(reads: Reads, { required_capabilities }: AssignInput, voters: string[]): Promise<void> {
  const able = await ableAgents(reads, required_capabilities);
  const both = able.map(({ id }) => id).filter((id) => voters.includes(id));
  if (both.length > 0)
    refuse('conflict', {
      detail: `${both.join(', ')} may vote on the job and could claim it: have the best agent chosen.`,
    });
}

/** To whom a task goes, and why. */
export interface Choice {
  agent_id: string | null;
  because: string;
}

type Wanted = Pick<AssignInput, 'assignment' | 'required_capabilities'>;

/** The best agent that is there, or whoever claims it first. Refuses `no_capable_agent`. */
export async function choiceOf(reads: Reads, asked: Wanted, except: readonly string[]): Promise<Choice> {
  const { assignment, required_capabilities: capabilities } = asked;
  if (assignment === 'first_to_claim')
    return { agent_id: null, because: `Whoever has ${capabilities.join(', ')} and claims it first.` };
  const chosen = chooseAgent(await capableAgents(reads, { capabilities, except }));
  return (
    chosen ??
    refuse('no_capable_agent', { detail: `Nobody who may take it is active and has ${capabilities.join(', ')}.` })
  );
}

/** The type, or with the first number that makes it one of its own. */
function freeName(type: string, tasks: readonly Pick<Task, 'name'>[]): string {
  const taken = new Set(tasks.map(({ name }) => name));
  if (!taken.has(type)) return type;
  let number = 2;
  while (taken.has(`${type}:${number}`)) number++;
  return `${type}:${number}`;
}
