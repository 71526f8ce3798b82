/** Puts the tasks of a plan into their queues. */
import type { PlannedTask } from '../deployments/plan.ts';
import type { JobDefinition } from '../jobs/definition.ts';
import type { Job } from '../jobs/job.ts';
import type { Tx } from '../platform/platform.ts';
import { queueTasks } from '../tasks/queue.ts';

interface Planned {
  definition: JobDefinition;
  plan: readonly (PlannedTask & { undoes?: string })[];
  /** A task that costs more than this, in micro-dollars, tells the stage at once; null: what it costs stops nothing. */
  alarm_micros: number | null;
}

/** Each with the input of the job and its own, and with the limits of the job where it has none. */
export async function queuePlan(tx: Tx, job: Job, { definition, plan, alarm_micros }: Planned): Promise<void> {
  const told = { job_name: job.job_name, description: definition.job_description, ...definition.input };
  await queueTasks(
    tx,
    plan.map(({ input, timeout_seconds, retries = definition.max_retries, ...task }) => ({
      ...task,
      job_id: job.id,
      deployment_id: job.deployment_id,
      priority: job.priority,
      input: { ...told, ...input },
      max_attempts: retries + 1,
      time_limit_seconds: taskLimit(tx, job, timeout_seconds),
      alarm_micros,
    })),
  );
}

/** The time limit of a task in seconds: its own or the usual one, and never longer than its job's. */
export const taskLimit = ({ config }: Pick<Tx, 'config'>, job: Pick<Job, 'time_limit_seconds'>, own?: number): number =>
  Math.min(own ?? config.AGENT_DEFAULT_TIMEOUT, job.time_limit_seconds);
