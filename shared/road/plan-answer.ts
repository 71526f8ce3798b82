/** The plan of a running or finished job: tasks, progress, critical path and expected end. */
import type { Platform, Reads } from '../platform/platform.ts';
import type { Caller } from '../access/caller.ts';
import { criticalPath, progressOf } from '../deployments/plan.ts';
import { agentPace, durationsOf, stepPace } from '../estimates/durations.ts';
import type { Job } from '../jobs/job.ts';
import { tasksOf } from '../tasks/store.ts';
import type { Task } from '../tasks/task.ts';
import { jobOrArchived } from './visible-job.ts';
import { taskStates } from './run-facts.ts';

interface Running {
  job: Job;
  tasks: Task[];
  at: Date;
}

/**
 * Expected durations are medians of history; a task without any counts a minute. While a run is undone, progress and the
 * way that is left are those of the undoing.
 */
export async function planAnswer(reads: Reads, { job, tasks, at }: Running) {
  const runs = job.state === 'executing' || job.state === 'compensating';
  const states = taskStates(tasksAtHand(job, tasks), at, runs ? await expectedOf(reads, job, tasks) : undefined);
  const path = criticalPath(states);
  return {
    tasks: tasks.map(taskBrief),
    progress: progressOf(states),
    critical_path: path.names,
    eta_seconds: runs ? path.seconds : null,
  };
}

/** What the job is at: undoing its run, or running. */
export const tasksAtHand = ({ state }: Pick<Job, 'state'>, tasks: Task[]): Task[] =>
  tasks.filter(({ undoes }) => (undoes !== null) === (state === 'compensating'));

/** By the history of the step, else by that of the agent that has it or to whom it is addressed; by the name of the task. */
async function expectedOf(reads: Reads, { job_name }: Job, tasks: Task[]): Promise<Map<string, number>> {
  const keys = tasks.map(({ name, agent_id, holder_id }) => {
    const agent = agent_id ?? holder_id;
    return { name, keys: [stepPace(job_name, name), ...(agent === null ? [] : [agentPace(agent)])] };
  });
  const medians = await durationsOf(reads, [...new Set(keys.flatMap((each) => each.keys))]);
  return new Map(keys.flatMap((each) => medianOf(each, medians)));
}

function medianOf({ name, keys }: { name: string; keys: string[] }, medians: ReadonlyMap<string, number>) {
  const seconds = keys.map((key) => medians.get(key)).find((known) => known !== undefined);
  return seconds === undefined ? [] : [[name, seconds] as const];
}

const taskBrief = (task: Task) => ({
  task_id: task.id,
  name: task.name,
  agent_id: task.holder_id ?? task.agent_id,
  state: task.state,
  depends_on: task.depends_on,
  undoes: task.undoes,
  attempts: task.attempts,
  progress: task.progress,
  note: task.progress_note,
  output: task.output,
  error: task.last_error,
  tokens: task.input_tokens + task.output_tokens + task.earlier_tokens,
});

/** The plan alone; empty before the job has started. Refuses `not_found`. */
export async function getPlan({ db, clock }: Platform, caller: Caller, { job_id }: { job_id: string }) {
  const { job, archived } = await jobOrArchived(db.read, caller, job_id);
  if (job === undefined) return archived.plan;
  return planOf(db.read, job, clock.now());
}

export const planOf = async (reads: Reads, job: Job, at: Date) =>
  planAnswer(reads, { job, tasks: await tasksOf(reads, { deployment_id: job.deployment_id }), at });
