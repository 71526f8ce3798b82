/** Muster's queue as it is embedded: the verbs of agents, in this process, on a file with full fsync. */
import { randomUUID } from 'node:crypto';
import { ensureAdmin } from '../../shared/access/first-admin.ts';
import type { Caller } from '../../shared/access/caller.ts';
import { insertDeployment } from '../../shared/deployments/store.ts';
import { createJob } from '../../shared/jobs/create.ts';
import { lockJob } from '../../shared/jobs/store/rows.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { openPlatform, type OpenPlatform } from '../../shared/platform/open.ts';
import type { Tx } from '../../shared/platform/platform.ts';
import { claimTasks } from '../../shared/tasks/claim.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { queueTasks } from '../../shared/tasks/queue.ts';
import { registerAgent } from '../../shared/tasks/register-agent.ts';
import type { Contestant } from './contestant.ts';
import { payload, priorityOf } from './payload.ts';

const admin: Caller = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null };
const agents = 16;
export const agent = (at: number): Caller => ({
  id: `worker_${at}`,
  kind: 'agent',
  roles: ['worker'],
  owner_id: 'admin',
});
const of = { job_id: 'job_measured', deployment_id: 'deploy_measured' };
const definition = JobDefinition.parse({
  job_name: 'measured',
  job_description: 'A job whose tasks are measured',
  category: 'bench',
  primary_agent: 'worker_0',
});

/** No bell is answered: what the road makes of a task's end is measured by `npm run bench`. */
export async function muster(folder: string): Promise<Contestant & { platform: OpenPlatform }> {
  const platform = await openPlatform(
    readConfig({ MUSTER_DATA: folder, LOG_LEVEL: 'warn', AGENT_HEARTBEAT_INTERVAL: '1h' }),
  );
  await ensureAdmin(platform);
  await platform.db.transaction('bench', oneJob);
  for (let at = 0; at < agents; at++)
    await registerAgent(platform, admin, { agent_id: agent(at).id, capabilities: ['write'] });
  return {
    platform,
    send: (number) => platform.db.transaction('send', (tx) => queueTasks(tx, [taskOf(number)])),
    work: async (workers, taken) => {
      const stopping = new AbortController();
      const working = Array.from({ length: workers }, (_, at) =>
        work(platform, agent(at), { taken, signal: stopping.signal }),
      );
      return { stop: () => (stopping.abort(), Promise.all(working)) };
    },
    close: () => platform.close(),
  };
}

/** All tasks are its own; it may be there already. */
async function oneJob(tx: Tx): Promise<void> {
  const { job_id: id, deployment_id } = of;
  if ((await lockJob(tx, { id })) !== undefined) return;
  const people = { submitter_id: admin.id, owner_id: admin.id };
  await createJob(tx, { id, deployment_id, definition, snapshot_sha256: 'measured', ...people });
  await insertDeployment(tx, { id: deployment_id, job_id: id, number: 1, definition });
}

export const taskOf = (number: number) => ({
  ...of,
  name: randomUUID(),
  agent_id: null,
  capabilities: ['write'],
  priority: priorityOf(number),
  depends_on: [],
  input: payload(number),
  max_attempts: 3,
  time_limit_seconds: 300,
  alarm_micros: null,
});

async function work(
  platform: OpenPlatform,
  caller: Caller,
  { taken, signal }: { taken: () => void; signal: AbortSignal },
): Promise<void> {
  const asked = () => ({ max: 1, claim_id: randomUUID() });
  while (!signal.aborted) {
    let { tasks } = await claimTasks(platform, caller, { agent_id: caller.id, wait_seconds: 20, signal, ...asked() });
    for (let [task] = tasks; task !== undefined; [task] = tasks) {
      taken();
      const { task_id, fence } = task;
      ({ tasks } = await completeTask(platform, caller, { task_id, fence, output: { done: true }, prefetch: asked() }));
    }
  }
}
