/** A world with an admin, agents and a job whose tasks they do. */
import type { Caller } from '../../shared/access/caller.ts';
import { writePrincipal } from '../../shared/access/change-principal.ts';
import type { RegisterAgent } from '../../shared/agents/agent.ts';
import { insertDeployment } from '../../shared/deployments/store.ts';
import { createJob } from '../../shared/jobs/create.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import type { Tx } from '../../shared/platform/platform.ts';
import { claimTasks, type Claim } from '../../shared/tasks/claim.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { failTask } from '../../shared/tasks/fail.ts';
import { heartbeat } from '../../shared/tasks/heartbeat.ts';
import type { ClaimedTask, Fence } from '../../shared/tasks/lease.ts';
import { queueTasks, type NewTask } from '../../shared/tasks/queue.ts';
import { registerAgent } from '../../shared/tasks/register-agent.ts';
import { findTask } from '../../shared/tasks/store.ts';
import { sweepTasks } from '../../shared/tasks/sweep.ts';
import type { Task } from '../../shared/tasks/task.ts';
import { openWorld, type WorldOptions } from '../world.ts';

export const admin: Caller = { id: 'ada', kind: 'person', roles: ['admin'], owner_id: null };
export const callerOf = (id: string): Caller => ({ id, kind: 'agent', roles: ['worker'], owner_id: admin.id });

const job_id = 'job_1';
export const deployment_id = 'deploy_1';

/** One heartbeat interval is 30 s, so a lease is 90 s. */
export async function openCrew(settings: Record<string, string> = {}, options: WorldOptions = {}) {
  const world = await openWorld(settings, options);
  const { platform } = world;
  await platform.db.transaction('crew', async (tx) => {
    await writePrincipal(tx, { ...admin, name: 'Ada', actor: 'muster' });
    const definition = JobDefinition.parse({
      job_name: 'report',
      job_description: 'Write a report',
      category: 'data',
      primary_agent: 'worker_1',
    });
    await createJob(tx, {
      id: job_id,
      deployment_id,
      definition,
      snapshot_sha256: 'x',
      submitter_id: 'ada',
      owner_id: 'ada',
    });
    await insertDeployment(tx, { id: deployment_id, job_id, number: 1, definition });
  });
  world.rung.length = 0;
  let named = 0;
  const queueAs = async (tx: Tx, tasks: Partial<NewTask>[]): Promise<string[]> => {
    const rows = await queueTasks(
      tx,
      tasks.map((task) => newTask(`task ${named++}`, task)),
    );
    return rows.map(({ id }) => id);
  };

  return {
    ...world,
    register: async (id: string, said: RegisterAgent = {}) => {
      await registerAgent(platform, admin, { agent_id: id, ...said });
      return callerOf(id);
    },
    /** Queues tasks for `worker_1`, or as said; gives their ids. */
    queue: (...tasks: Partial<NewTask>[]): Promise<string[]> =>
      platform.db.transaction('queue', (tx) => queueAs(tx, tasks)),
    /** As another process would: nobody here hears of it. */
    queueQuietly: (...tasks: Partial<NewTask>[]): Promise<string[]> =>
      platform.db.transaction('queue', (tx) => queueAs({ ...tx, hint: () => {} }, tasks)),
    claim: async (id: string, asked: Partial<Claim> = {}): Promise<ClaimedTask[]> =>
      (await claimTasks(platform, callerOf(id), { agent_id: id, max: 1, wait_seconds: 0, ...asked })).tasks,
    complete: (id: string, { task_id, fence }: Fence) =>
      completeTask(platform, callerOf(id), { task_id, fence, output: { done: true } }),
    fail: (id: string, { task_id, fence }: Fence, retryable = true) =>
      failTask(platform, callerOf(id), { task_id, fence, error: 'it broke', retryable }),
    beat: (id: string, fences: ClaimedTask[], capacity?: number | null) =>
      heartbeat(platform, callerOf(id), {
        agent_id: id,
        capacity,
        fences: fences.map(({ task_id, fence }) => ({ task_id, fence })),
      }),
    sweep: (limit = 500) => platform.db.transaction('sweep', (tx) => sweepTasks(tx, limit)),
    task: async (id: string): Promise<Task> => {
      const task = await findTask(platform.db.read, { id });
      if (task === undefined) throw new Error(`no task ${id}`);
      return task;
    },
    /** What was rung, as `bell id`, and forgets it. */
    heard: () => world.rung.splice(0).map(({ bell, id }) => `${bell} ${id}`),
  };
}

export type Crew = Awaited<ReturnType<typeof openCrew>>;

const newTask = (name: string, task: Partial<NewTask>): NewTask => ({
  job_id,
  deployment_id,
  name,
  agent_id: task.capabilities === undefined ? 'worker_1' : null,
  capabilities: [],
  priority: 5,
  depends_on: [],
  input: {},
  max_attempts: 3,
  time_limit_seconds: 300,
  alarm_micros: null,
  ...task,
});
