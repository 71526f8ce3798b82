/** What each bell wakes. */
import type { BellName } from '../shared/platform/platform.ts';
import { askVoter } from '../shared/approvals/ask.ts';
import { estimateJob } from '../shared/road/estimate.ts';
import { executeJob } from '../shared/road/execute.ts';
import { learnFromJob } from '../shared/road/learn.ts';
import type { Stage } from '../shared/road/stage.ts';
import { validateJob } from '../shared/road/validate.ts';
import { wakeJobs } from '../shared/road/wake.ts';

/** `id` is a job's; for `ask` an ask's, for `wake` also what jobs wait for, such as `budget:month`. */
export const stages: Record<BellName, { name: string; run: Stage }> = {
  estimate: { name: 'estimateJob', run: estimateJob },
  validate: { name: 'validateJob', run: validateJob },
  execute: { name: 'executeJob', run: executeJob },
  learn: { name: 'learnFromJob', run: learnFromJob },
  wake: { name: 'wakeJobs', run: wakeJobs },
  ask: { name: 'askVoter', run: askVoter },
};
