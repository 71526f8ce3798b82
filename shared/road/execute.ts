/**
 * executeJob: starts what was approved, then follows its tasks to the end. Whatever happens to a started
 * job (a task's end, a cancel, the time limit, an overrun) rings this stage, which holds the job's lock.
 */
import type { Tx } from '../platform/platform.ts';
import { consumeApproval, type Approval } from '../approvals/consume.ts';
import { answerOf } from '../approvals/answer.ts';
import { reserve } from '../budgets/reserve.ts';
import { planOf, soloPlanOf } from '../deployments/plan.ts';
import { storeAlone } from '../deployments/store.ts';
import type { Job } from '../jobs/job.ts';
import type { JobEvent } from '../jobs/lifecycle.ts';
import { moveJob } from '../jobs/move.ts';
import { allocate } from '../resources/allocate.ts';
import { useTools } from '../tools/use.ts';
import { advancePlan } from './advance-plan.ts';
import { advanceCompensation } from './compensate.ts';
import { currentDefinition } from './current.ts';
import { fallbackReason } from './fallback.ts';
import { queuePlan, taskLimit } from './queue-plan.ts';
import { stage } from './stage.ts';

export const executeJob = stage('executeJob', {
  awaiting_approval: async (tx, job) => {
    const { answer, reason, approval } = await answerOf(tx, job); // locks the approval; closes it at its deadline
    if (answer === 'open') return; // a doubled bell: nothing to do
    if (answer !== 'granted') return moveJob(tx, job, { type: answer, reason });
    await consumeApproval(tx, approval);
    const started = await start(tx, job, approval);
    await moveJob(tx, job, { type: 'approved', approval_id: approval.id }, started);
  },
  executing: advancePlan,
  compensating: advanceCompensation,
});

/** Takes all that the job needs, or refuses: then nothing of it has happened. Gives the event of the start. */
async function start(tx: Tx, job: Job, { cost_ceiling_micros }: Approval): Promise<JobEvent> {
  const { deployment_id } = job;
  const definition = await currentDefinition(tx, job);
  await reserve(tx, deployment_id, cost_ceiling_micros); // refuses: budget_exhausted
  await allocate(tx, { deployment_id, resources: definition.required_resources }); // refuses: resource_exhausted
  await useTools(tx, { deployment_id, tools: definition.required_tools });
  const alone_because = await fallbackReason(tx, definition, taskLimit(tx, job));
  if (alone_because !== undefined) await storeAlone(tx, { id: deployment_id, alone_because });
  const plan = alone_because === undefined ? planOf(definition) : soloPlanOf(definition);
  await queuePlan(tx, job, { definition, plan, alarm_micros: cost_ceiling_micros });
  return { type: 'started', ...(alone_because === undefined ? {} : { alone_because }) };
}
