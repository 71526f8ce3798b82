/** What each bell wakes. */
import type { BellName } from '../shared/platform/platform.ts';
import { askVoter } from '../shared/approvals/ask.ts';
import { estimateJob } from '../shared/road/estimate.ts';
import { executeJob } from '../shared/road/execute.ts';
import { learnFromJob } from '../shared/road/learn.ts';
import type { Stage } from '../shared/road/stage.ts';
import { validateJob } from '../shared/road/validate.ts';
import { wakeJobs } from '../shared/road/wake.ts';
import { deliverWebhook } from '../shared/webhooks/deliver.ts';

/** In a span: what each stage takes, and what it meets, is told here for all of them. */
const heard = (name: string, stage: Stage): { name: string; run: Stage } => ({
  name,
  run: (platform, id) =>
    platform.telemetry.span(
      {
        name,
        kind: 'consumer',
        attributes: { 'muster.stage': name, 'muster.id': id },
        measure: 'muster.stage.duration',
      },
      () => stage(platform, id).finally(() => platform.telemetry.openSoon()),
    ),
});

/** `id` is a job's; for `ask` an ask's, for `deliver` a delivery's, for `wake` also what jobs wait for, such as `budget:month`. */
export const stages: Record<BellName, { name: string; run: Stage }> = {
  estimate: heard('estimateJob', estimateJob),
  validate: heard('validateJob', validateJob),
  execute: heard('executeJob', executeJob),
  learn: heard('learnFromJob', learnFromJob),
  wake: heard('wakeJobs', wakeJobs),
  ask: heard('askVoter', askVoter),
  deliver: heard('deliverWebhook', deliverWebhook),
};
