/** A job's row as plain values, and one that is stored. */
import { ensureAdmin } from '../../shared/access/first-admin.ts';
import { insertDeployment } from '../../shared/deployments/store.ts';
import { definitionSha256 } from '../../shared/jobs/canonical.ts';
import { createJob } from '../../shared/jobs/create.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { findJob } from '../../shared/jobs/store/rows.ts';
import type { World } from '../world.ts';

export const noon = new Date('2026-03-01T12:00:00.000Z');
export const later = (seconds: number): Date => new Date(noon.getTime() + seconds * 1000);

const row: Job = {
  id: 'job_1',
  version: 3,
  head_hash: 'ab'.repeat(32),
  state: 'submitted',
  job_name: 'scan',
  category: 'core_security',
  priority: 5,
  primary_agent: 'scanner',
  environment: 'default',
  submitter_id: 'ann',
  owner_id: 'ann',
  deployment_id: 'deploy_1',
  deployment_number: 1,
  resume_state: null,
  blocked_code: null,
  blocked_detail: null,
  waits_for: null,
  waits_amount: null,
  blocked_at: null,
  blocked_seconds: 0,
  block_code_since: null,
  stop_reason: null,
  outcome: null,
  outcome_reason: null,
  time_limit_seconds: 3600,
  trace: null,
  created_at: noon,
  changed_at: noon,
  started_at: null,
  stop_at: null,
  finished_at: null,
  due_at: null,
  due_seconds: 1,
  attempts: 0,
  fence: 0,
  lease_until: null,
  last_fault: null,
};

export const aJob = (facts: Partial<Job> = {}): Job => ({ ...row, ...facts });

/** The least that a definition says. */
export const bare = {
  job_name: 'scan',
  job_description: 'Scan a code base for known faults',
  category: 'core_security',
  primary_agent: 'scanner',
};

export const aDefinition = (facts: Record<string, unknown> = {}): JobDefinition =>
  JobDefinition.parse({ ...bare, ...facts });

/** Stores a job of the first admin, with its first deployment, and gives its row. */
export async function storedJob({ platform }: World, definition: JobDefinition = aDefinition()): Promise<Job> {
  await ensureAdmin(platform);
  const id = await platform.db.transaction('storedJob', async (tx) => {
    const ids = { id: tx.newId('job'), deployment_id: tx.newId('deploy') };
    const snapshot_sha256 = definitionSha256(definition);
    await createJob(tx, { ...ids, definition, snapshot_sha256, submitter_id: 'admin', owner_id: 'admin' });
    await insertDeployment(tx, { id: ids.deployment_id, job_id: ids.id, number: 1, definition });
    return ids.id;
  });
  return rowOf({ platform }, id);
}

export async function rowOf({ platform }: Pick<World, 'platform'>, id: string): Promise<Job> {
  const job = await findJob(platform.db.read, { id });
  if (job === undefined) throw new Error(`there is no ${id}`);
  return job;
}
