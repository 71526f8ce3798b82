/** validateJob: is what the job needs ready? If so, the question is opened in the same commit. */
import { loseRace } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { principalsByIds } from '../access/store.ts';
import { hasCurrentApproval } from '../approvals/current.ts';
import { openApproval } from '../approvals/open.ts';
import { storeReadiness } from '../deployments/store.ts';
import type { Job } from '../jobs/job.ts';
import { moveJob } from '../jobs/move.ts';
import { checkReadiness } from '../readiness/check.ts';
import { verifiersFor } from '../readiness/checks/verifiers.ts';
import { readinessOf, type Readiness } from '../readiness/readiness.ts';
import { currentDeployment, type CurrentDeployment } from './current.ts';
import { block, callingStage } from './stage.ts';
import { forgetHeard, hearAgents, settleHeard, type Heard } from './verify/hear-agents.ts';
import { isByAgent } from './verify/request.ts';

interface Found {
  deployment: CurrentDeployment;
  readiness: Readiness;
  heard: Heard;
}

export const validateJob = callingStage<Found>('validateJob', {
  state: 'estimated',
  work: async (platform, job) => {
    const deployment = await currentDeployment(platform.db.read, job);
    return { deployment, ...(await check(platform, job, deployment)) };
  },
  commit: async (tx, job, { deployment, readiness, heard }) => {
    if (readiness.is_ready) await moveJob(tx, job, { type: 'validated' });
    else await blockUnready(tx, job, readiness);
    await storeReadiness(tx, { id: deployment.id, readiness });
    if (!readiness.is_ready) return settleHeard(tx, job, heard);
    if (!(await hasCurrentApproval(tx, deployment.id))) await ask(tx, job, { deployment, readiness });
    await forgetHeard(tx, heard);
  },
});

/** All checks side by side, those of verifiers that are agents among them. */
async function check(platform: Platform, job: Job, { id, definition }: CurrentDeployment) {
  const verifiers = await verifiersFor(platform.db.read, definition);
  const [own, heard] = await Promise.all([
    checkReadiness(platform, { definition, id, version: job.version }, verifiers),
    hearAgents(platform, { job, definition }, verifiers.filter(isByAgent)),
  ]);
  return { readiness: readinessOf([...own.checks, ...heard.checks]), heard };
}

function blockUnready(tx: Tx, job: Job, { checks, waits_for }: Readiness): Promise<void> {
  const failed = checks.filter(({ state }) => state === 'failed');
  const detail = failed.map(({ reason, remedy }) => [reason, remedy].filter(Boolean).join(' ')).join(' ');
  return block(tx, job, { code: 'not_ready', detail, waits_for });
}

/** Refuses `no_eligible_voters`, which blocks the job. */
async function ask(tx: Tx, job: Job, { deployment, readiness }: Omit<Found, 'heard'>): Promise<void> {
  const { definition, estimate } = deployment;
  if (estimate === null) loseRace(); // only an estimated job gets here
  const [requester] = await principalsByIds(tx, [job.submitter_id]);
  if (requester === undefined) throw new Error(`job ${job.id} has lost its submitter`);
  await openApproval(tx, { job, definition, estimate, readiness, requester });
}
