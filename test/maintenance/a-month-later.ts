/** What the maintenance finds of a town in which much has happened. */
import { runMaintenance } from '../../shared/maintenance/run.ts';
import { admin, type Town } from '../road/town.ts';
import { unpaused } from './unpaused.ts';

export async function aMonthLater({ platform, world }: Town): Promise<void> {
  await world.advance(31 * 86_400);
  await unpaused(world, runMaintenance(platform, admin, { seconds: 60 }));
}
