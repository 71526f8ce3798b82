/** A new job's row with its first event. */
import { nextEvent, newStream, record } from '../events/record.ts';
import type { Tx } from '../platform/platform.ts';
import { agentsOf, type JobDefinition } from './definition.ts';
import type { DefinitionColumns, Job } from './job.ts';
import { deleteJobAgents, insertJob, insertJobAgent } from './store/rows.ts';

export interface NewJob {
  id: string;
  deployment_id: string;
  definition: JobDefinition;
  snapshot_sha256: string;
  submitter_id: string;
  owner_id: string;
}

/** Columns that follow from the definition. */
export const columnsOf = (definition: JobDefinition): DefinitionColumns => ({
  job_name: definition.job_name,
  category: definition.category,
  priority: definition.priority,
  primary_agent: definition.primary_agent,
  environment: definition.environment,
  time_limit_seconds: definition.max_execution_time_seconds,
});

/** Stores the job as `submitted` and rings for its estimate. */
export async function createJob(tx: Tx, job: NewJob): Promise<void> {
  const event = nextEvent(tx, newStream(job.id), {
    type: 'submitted',
    actor: job.submitter_id,
    data: { to: 'submitted', deployment: 1, job_name: job.definition.job_name, snapshot_sha256: job.snapshot_sha256 },
  });
  await insertJob(tx, {
    ...firstRow,
    ...columnsOf(job.definition),
    ...idsOf(job),
    version: 1,
    head_hash: event.hash,
    trace: tx.trace,
    due_seconds: tx.config.DUE_SECONDS,
  });
  record(tx, event);
  await nameAgents(tx, job.id, job.definition);
  tx.ring('estimate', job.id);
}

/** Keeps which agents take part, for lists by agent. */
export async function nameAgents(tx: Tx, job_id: string, definition: JobDefinition): Promise<void> {
  for (const agent_id of agentsOf(definition)) await insertJobAgent(tx, { job_id, agent_id });
}

export async function renameAgents(tx: Tx, job_id: string, definition: JobDefinition): Promise<void> {
  await deleteJobAgents(tx, { job_id });
  await nameAgents(tx, job_id, definition);
}

const idsOf = ({ id, deployment_id, submitter_id, owner_id }: NewJob) => ({
  id,
  deployment_id,
  submitter_id,
  owner_id,
});

const firstRow = { state: 'submitted', deployment_number: 1 } as const satisfies Partial<Job>;
