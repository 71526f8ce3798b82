/** submitJob: accepts a job. Everything else happens behind its first bell. */
import type { Platform, Tx } from '../platform/platform.ts';
import { once } from '../access/idempotency.ts';
import { ownerOf, type Caller } from '../access/caller.ts';
import { insertDeployment } from '../deployments/store.ts';
import { definitionSha256 } from '../jobs/canonical.ts';
import { createJob } from '../jobs/create.ts';
import type { JobDefinition } from '../jobs/definition.ts';
import { keepSensitive, sealSensitive, type SealedDefinition } from '../jobs/sensitive.ts';
import { refuseUnknownUnits } from '../resources/units.ts';

export interface Submission {
  definition: JobDefinition;
  idempotency_key?: string | undefined;
}

/**
 * Stores a job and gives its id; the same Idempotency-Key and body give the same id again. Refuses
 * `unknown_unit`, `invalid` (a sensitive path that leads nowhere) and `idempotency_key_reused`.
 */
export async function submitJob(platform: Platform, caller: Caller, submission: Submission): Promise<string> {
  const sealed = await sealNew(platform, submission.definition);
  const { id } = await platform.db.transaction('submitJob', (tx) =>
    once(tx, {
      caller: caller.id,
      operation: 'submitJob',
      key: submission.idempotency_key,
      body: sealed.fingerprint,
      create: () => create(tx, caller, sealed),
    }),
  );
  return id;
}

/** What a submission needs before its transaction. Refuses `unknown_unit` and `invalid`. */
export function sealNew(platform: Platform, definition: JobDefinition): Promise<SealedDefinition> {
  refuseUnknownUnits(definition.required_resources);
  return sealSensitive(platform, definition);
}

/** Stores a new job with its first deployment, and gives its id. */
export async function create(tx: Tx, caller: Caller, { definition, kept }: SealedDefinition): Promise<string> {
  const id = tx.newId('job');
  const deployment_id = tx.newId('deploy');
  await keepSensitive(tx, kept);
  await createJob(tx, {
    id,
    deployment_id,
    definition,
    snapshot_sha256: definitionSha256(definition),
    submitter_id: caller.id,
    owner_id: ownerOf(caller),
  });
  await insertDeployment(tx, { id: deployment_id, job_id: id, number: 1, definition });
  return id;
}
