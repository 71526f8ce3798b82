/** changeDefinition and retryJob: deployment n + 1, from `submitted`, over the whole road again. */
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { once } from '../access/idempotency.ts';
import type { Caller } from '../access/caller.ts';
import { requireMatch } from '../access/if-match.ts';
import { voidApproval } from '../approvals/consume.ts';
import { insertDeployment } from '../deployments/store.ts';
import { columnsOf, renameAgents } from '../jobs/create.ts';
import type { JobDefinition } from '../jobs/definition.ts';
import type { Job } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import { keepSensitive, sealSensitive } from '../jobs/sensitive.ts';
import { refuseUnknownUnits } from '../resources/units.ts';
import { currentDeployment } from './current.ts';
import { ownJob, type OnJob } from './own-job.ts';
import { ownsJob, visibleJob } from './visible-job.ts';

/** Voids the question, open or granted. Refuses `precondition_required`, and `job_not_changeable` from `approved` on. */
export async function changeDefinition(
  platform: Platform,
  caller: Caller,
  input: OnJob & { definition: JobDefinition },
): Promise<string> {
  refuseUnknownUnits(input.definition.required_resources);
  const { definition, kept } = await sealSensitive(
    platform,
    input.definition,
    await standing(platform, caller, input.job_id),
  );
  return platform.db.transaction('changeDefinition', async (tx) => {
    const job = await ownJob(tx, caller, input);
    refuseForeign(caller, job);
    requireMatch(input.if_match, job.version);
    await keepSensitive(tx, kept);
    await redeploy(tx, job, { type: 'changed', by: caller.id, definition });
    await renameAgents(tx, job.id, definition);
    return job.id;
  });
}

/** What the job asks for now. Refuses like the change itself, or what is refused here would tell of others' secrets. */
async function standing({ db }: Platform, caller: Caller, job_id: string): Promise<JobDefinition> {
  const job = await visibleJob(db.read, caller, job_id);
  refuseForeign(caller, job);
  return (await currentDeployment(db.read, job)).definition;
}

function refuseForeign(caller: Caller, job: Job): void {
  if (!ownsJob(caller, job)) refuse('forbidden', { detail: 'Only its owner may change a definition.' });
}

/** The last definition again. Refuses `job_not_ended`. The same Idempotency-Key retries once. */
export function retryJob(
  platform: Platform,
  caller: Caller,
  input: OnJob & { idempotency_key?: string | undefined },
): Promise<string> {
  const { job_id, idempotency_key: key } = input;
  return platform.db.transaction('retryJob', async (tx) => {
    const create = async () => {
      const job = await ownJob(tx, caller, input);
      const { definition } = await currentDeployment(tx, job);
      await redeploy(tx, job, { type: 'retried', by: caller.id, definition });
      return job_id;
    };
    return (await once(tx, { caller: caller.id, operation: 'retryJob', key, body: { job_id }, create })).id;
  });
}

interface Redeployment {
  type: 'changed' | 'retried';
  by: string;
  definition: JobDefinition;
}

async function redeploy(tx: Tx, job: Job, { type, by, definition }: Redeployment): Promise<void> {
  const deployment_id = tx.newId('deploy');
  await voidApproval(tx, job.deployment_id, `The job was ${type}.`);
  await moveJob(tx, job, { type, by, deployment_id, columns: columnsOf(definition) });
  await insertDeployment(tx, { id: deployment_id, job_id: job.id, number: job.deployment_number + 1, definition });
}
