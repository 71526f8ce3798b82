/** ringDueWork: whatever waits for the machine is rung again when it is due, so a lost bell costs one sweep. */
import type { Platform } from '../platform/platform.ts';
import { askWork, sweepApprovals } from '../approvals/store.ts';
import { bellOf } from '../jobs/lifecycle.ts';
import { anyFinished } from '../jobs/move.ts';
import { jobWork } from '../jobs/store/rows.ts';
import { sweepMessages } from '../messages/sweep.ts';
import { sweepTasks } from '../tasks/sweep.ts';

const atOnce = 500;

/** One transaction a table: they have nothing to do with each other. */
export async function ringDueWork(platform: Platform): Promise<void> {
  await sweepJobs(platform);
  await platform.db.transaction('sweepApprovals', async (tx) => {
    for (const { job_id } of await sweepApprovals(tx, { limit: atOnce })) tx.ring('execute', job_id);
  });
  await platform.db.transaction('sweepAsks', async (tx) => {
    for (const { id } of await askWork.sweep(tx, { limit: atOnce })) tx.ring('ask', id);
  });
  await platform.db.transaction('sweepTasks', async (tx) => {
    for (const job_id of await sweepTasks(tx, atOnce)) tx.ring('execute', job_id);
  });
  await platform.db.transaction('sweepMessages', (tx) => sweepMessages(tx, atOnce));
}

const sweepJobs = (platform: Platform): Promise<void> =>
  platform.db.transaction('sweepJobs', async (tx) => {
    let someFinished = false;
    for (const { id, state } of await jobWork.sweep(tx, { limit: atOnce })) {
      const bell = bellOf[state as keyof typeof bellOf]; // the jobs table holds no other states
      if (bell === 'learn') someFinished = true;
      else if (bell !== undefined) tx.ring(bell, id);
    }
    if (someFinished) tx.ring('learn', anyFinished);
  });

/** After a start that proves nobody else holds a lease: stages need not wait for theirs to run out. */
export const voidStageLeases = (platform: Platform): Promise<void> =>
  platform.db.transaction('voidStageLeases', async (tx) => {
    await jobWork.voidLeases(tx, {});
    await askWork.voidLeases(tx, {});
  });
