/**
 * archiveJobs: of a job that ended long ago stays what it was answered as, and its events. Its rows go, and the sensitive
 * values that were sealed for it.
 */
import { deleteSealedValues } from '../access/store/sealed-values.ts';
import { forgetApprovals } from '../approvals/store/forget.ts';
import { deleteReservations } from '../budgets/store.ts';
import { deleteDeployments, deploymentsOf } from '../deployments/store.ts';
import type { Deployment } from '../deployments/deployment.ts';
import type { Job } from '../jobs/job.ts';
import { isEnd } from '../jobs/lifecycle.ts';
import { moveJob } from '../jobs/move.ts';
import { sealedIn } from '../jobs/sensitive.ts';
import { deleteJobs, lockJobs } from '../jobs/store/rows.ts';
import type { Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { forgetTasks } from '../tasks/store.ts';
import { forgetVerifications } from '../tools/store/verifications.ts';
import { deploymentAnswer } from './deployments.ts';
import { planOf } from './plan-answer.ts';
import { jobAnswer } from './read.ts';
import { insertArchived, insertHeads } from './store/archive.ts';

/** Those of these jobs that are over. Gives how many. */
export async function archiveJobs(tx: Tx, ids: readonly string[]): Promise<number> {
  const jobs = await lockJobs(tx, ids);
  const archived: Archived[] = [];
  for (const job of jobs) if (isEnd(job.state)) archived.push(await keep(tx, job)); // others were tried again meanwhile
  const deployments = archived.flatMap(({ deployments }) => deployments);
  await insertHeads(tx, archived.map(({ job }) => job).map(headOf));
  for (let from = 0; from < deployments.length; from += atOnce)
    await forgetDeployments(tx, deployments.slice(from, from + atOnce));
  await deleteJobs(
    tx,
    archived.map(({ job }) => job.id),
  );
  return archived.length;
}

/** Of one statement: its parameters are limited, and a job may have been tried again and again. */
const atOnce = 500;

const headOf = ({ id, version, head_hash }: Pick<Job, 'id' | 'version' | 'head_hash'>) => ({
  stream: id,
  version,
  head_hash,
});

interface Archived {
  job: Job;
  deployments: Deployment[];
}

async function keep(tx: Tx, ended: Job): Promise<Archived> {
  const job = await moveJob(tx, ended, { type: 'archived' });
  const deployments = await deploymentsOf(tx, { job_id: job.id });
  const { id: job_id, submitter_id, owner_id } = job;
  const answer = {
    job: asJson({ ...(await jobAnswer(tx, job, tx.at)), archived_at: tx.at }),
    plan: asJson(await planOf(tx, job, tx.at)),
    deployments: deployments.map((each) => asJson(deploymentAnswer(each))),
  };
  await insertArchived(tx, { job_id, submitter_id, owner_id, answer });
  return { job, deployments };
}

/** As it goes over the wire. */
const asJson = (answer: object) => JSON.parse(JSON.stringify(answer)) as Json;

async function forgetDeployments(tx: Tx, deployments: readonly Deployment[]): Promise<void> {
  const ids = deployments.map(({ id }) => id);
  await insertHeads(tx, (await forgetApprovals(tx, ids)).map(headOf));
  await forgetVerifications(tx, ids);
  await deleteReservations(tx, ids);
  await forgetTasks(tx, ids);
  for (const { definition } of deployments) {
    const sealed = sealedIn(definition.input).map(({ id }) => id);
    await deleteSealedValues(tx, sealed);
  }
  await deleteDeployments(tx, ids);
}
