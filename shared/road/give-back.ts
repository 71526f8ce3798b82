/** What a started job holds, and how it is returned: no other file knows the list. */
import type { Tx } from '../platform/platform.ts';
import { release } from '../budgets/reserve.ts';
import type { Job } from '../jobs/job.ts';
import { freeResources } from '../resources/allocate.ts';
import { returnTools } from '../tools/use.ts';

/** Money that was not spent, resources, and the tools' free calls. Its tasks have all ended. */
export async function giveBack(tx: Tx, { deployment_id }: Job): Promise<void> {
  await release(tx, deployment_id);
  await freeResources(tx, deployment_id);
  await returnTools(tx, deployment_id);
}
