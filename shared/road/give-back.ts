/** What a started job holds, and how it is returned: no other file knows the list. */
import type { Tx } from '../platform/platform.ts';
import { release } from '../budgets/reserve.ts';
import type { Job } from '../jobs/job.ts';
import { freeResources } from '../resources/allocate.ts';
import { cancelTasks } from '../tasks/stop.ts';
import type { Task } from '../tasks/task.ts';
import { returnTools } from '../tools/use.ts';

/** Money that was not spent, resources, the tools' free calls, and tasks that will not run. */
export async function giveBack(tx: Tx, { deployment_id }: Job, tasks: readonly Task[]): Promise<void> {
  await release(tx, deployment_id);
  await freeResources(tx, deployment_id);
  await returnTools(tx, deployment_id);
  if (tasks.some(({ ended_at }) => ended_at === null)) await cancelTasks(tx, deployment_id, 'the job has ended');
}
