/**
 * executeJob: starts what was approved, then follows its tasks to the end. Whatever happens to a started
 * job (a task's end, a cancel, the time limit, an overrun) rings this stage, which holds the job's lock.
 */
import type { Tx } from '../platform/platform.ts';
import { consumeApproval, type Approval } from '../approvals/consume.ts';
import { answerOf } from '../approvals/answer.ts';
import { reserve } from '../budgets/reserve.ts';
import { planOf, soloPlanOf, type PlannedTask } from '../deployments/plan.ts';
import { storeAlone } from '../deployments/store.ts';
import type { JobDefinition } from '../jobs/definition.ts';
import type { Job } from '../jobs/job.ts';
import type { JobEvent } from '../jobs/lifecycle.ts';
import { moveJob } from '../jobs/move.ts';
import { allocate } from '../resources/allocate.ts';
import { queueTasks } from '../tasks/queue.ts';
import { useTools } from '../tools/use.ts';
import { advancePlan } from './advance-plan.ts';
import { currentDefinition } from './current.ts';
import { fallbackReason } from './fallback.ts';
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
});

/** Takes all that the job needs, or refuses: then nothing of it has happened. Gives the event of the start. */
async function start(tx: Tx, job: Job, { cost_ceiling_micros }: Approval): Promise<JobEvent> {
  const { deployment_id } = job;
  const definition = await currentDefinition(tx, job);
  await reserve(tx, deployment_id, cost_ceiling_micros); // refuses: budget_exhausted
  await allocate(tx, { deployment_id, resources: definition.required_resources }); // refuses: resource_exhausted
  await useTools(tx, { deployment_id, tools: definition.required_tools });
  const time_limit_seconds = Math.min(tx.config.AGENT_DEFAULT_TIMEOUT, job.time_limit_seconds);
  const alone_because = await fallbackReason(tx, definition, time_limit_seconds);
  if (alone_because !== undefined) await storeAlone(tx, { id: deployment_id, alone_because });
  const plan = alone_because === undefined ? planOf(definition) : soloPlanOf(definition);
  await queuePlan(tx, job, { definition, plan, time_limit_seconds, alarm_micros: cost_ceiling_micros });
  return { type: 'started', ...(alone_because === undefined ? {} : { alone_because }) };
}

interface Planned {
  definition: JobDefinition;
  plan: PlannedTask[];
  /** Of a task that says nothing of it. */
  time_limit_seconds: number;
  /** A task that costs more than this tells the stage at once. */
  alarm_micros: number;
}

async function queuePlan(tx: Tx, job: Job, { definition, plan, ...limits }: Planned): Promise<void> {
  const told = { job_name: job.job_name, description: definition.job_description, ...definition.input };
  await queueTasks(
    tx,
    plan.map(({ input, timeout_seconds = limits.time_limit_seconds, retries = definition.max_retries, ...task }) => ({
      ...task,
      job_id: job.id,
      deployment_id: job.deployment_id,
      priority: job.priority,
      input: { ...told, ...input },
      max_attempts: retries + 1,
      time_limit_seconds: Math.min(timeout_seconds, job.time_limit_seconds),
      alarm_micros: limits.alarm_micros,
    })),
  );
}
