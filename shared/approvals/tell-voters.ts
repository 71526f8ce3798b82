/** Tells the voters of a question: agents by mailbox, those with an endpoint by a signed call as well. */
import type { Tx } from '../platform/platform.ts';
import { usdOf } from '../platform/money.ts';
import type { Json } from '../platform/wire.ts';
import { musterActor } from '../access/caller.ts';
import type { Job } from '../jobs/job.ts';
import { postMessages } from '../messages/post.ts';
import type { Approval } from './approval.ts';
import type { Candidate } from './electorate.ts';
import { insertAsks } from './store/asks.ts';

interface Telling {
  approval: Approval;
  job: Pick<Job, 'id' | 'priority' | 'job_name'>;
  candidates: readonly (Candidate & { endpoint: string | null })[];
}

/** People have no mailbox: their dashboard lists what waits for them. */
export async function tellVoters(tx: Tx, { approval, job, candidates }: Telling): Promise<void> {
  const voting = new Set(approval.electorate.voters.map(({ id }) => id));
  const agents = candidates.filter(({ id, kind }) => kind === 'agent' && voting.has(id));
  const body = requestOf(approval, job.job_name);
  await postMessages(
    tx,
    agents.map(({ id }) => ({
      ...{ to_agent: id, from_id: musterActor, type: 'approval_request', priority: job.priority, body },
      correlation_id: approval.id,
    })),
  );
  const asks = agents
    .filter(({ endpoint }) => endpoint !== null)
    .map(({ id }) => ({ ...newAsk(tx, approval), voter_id: id }));
  await insertAsks(tx, asks);
  for (const { id } of asks) tx.ring('ask', id);
}

const newAsk = (tx: Tx, { id }: Approval) => ({
  id: tx.newId('ask'),
  approval_id: id,
  due_seconds: tx.config.DUE_SECONDS,
});

/** Where a ballot goes, under the server's base address. */
export const answerPath = (job_id: string): string => `/api/v1/deployment/approvals/${job_id}/ballots`;

/** What every request says; the definition is read from the question itself. */
export const requestOf = (approval: Approval, job_name: string): Record<string, Json> => ({
  approval_id: approval.id,
  job_id: approval.job_id,
  job_name,
  category: approval.electorate.category,
  policy: approval.workflow_name,
  definition_sha256: approval.definition_sha256,
  environment: approval.environment,
  cost_ceiling_usd: usdOf(approval.cost_ceiling_micros),
  deadline_at: approval.deadline_at.toISOString(),
  question_path: `/api/v1/deployment/approvals/${approval.job_id}`,
  answer_path: answerPath(approval.job_id),
});
