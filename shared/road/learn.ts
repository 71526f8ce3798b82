/** learnFromJob: estimate against actual feeds the next estimate, the agents' records and the durations. */
import { ring } from '../platform/bells/ring.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { LostRace } from '../outcomes.ts';
import { raiseActionItem } from '../access/action-items.ts';
import { noteOutcomes } from '../agents/note-outcomes.ts';
import { modelOf } from '../agents/store.ts';
import type { Actual } from '../deployments/deployment.ts';
import { findDeployments } from '../deployments/store.ts';
import { agentPace, jobPace, rememberDurations, stepPace } from '../estimates/durations.ts';
import { lockLearner, observeJobs } from '../estimates/learn.ts';
import type { JobDefinition } from '../jobs/definition.ts';
import type { Job } from '../jobs/job.ts';
import { anyFinished, moveJob } from '../jobs/move.ts';
import { finishedJobs } from '../jobs/store/queries.ts';
import { findJob, jobWork, lockJob } from '../jobs/store/rows.ts';
import { suspect } from '../liveness/suspect.ts';
import type { CurrentDeployment } from './current.ts';
import { stageAttempts, type Stage } from './stage.ts';

const batchSize = 100;
/** Longer than a learner waits for its turn and then learns from one job. */
const claimSeconds = 60;

interface Finished {
  job: Job;
  deployment: CurrentDeployment;
  actual: Actual;
}

/** One learner at a time takes finished jobs in the order of their end; the bell's id only says that there are some. */
export const learnFromJob: Stage = async (platform) => {
  let learned: number | undefined;
  try {
    learned = await learnBatch(platform, batchSize);
  } catch (error) {
    if (error instanceof LostRace) return;
    platform.log.warn({ err: error }, 'a batch could not be learned from; its jobs are tried one at a time');
  }
  if (learned === undefined) await learnOneByOne(platform);
};

/**
 * Whoever learns dies again and again, or hangs, and nobody counts it: the sweep has rung for this job three times, its
 * wait doubling, and it has not been learned from.
 */
const isStuck = ({ due_seconds }: Job, { config }: Tx): boolean => due_seconds >= 8 * config.DUE_SECONDS;

/** Gives how many jobs were learned from; undefined: one of them may be at fault, so each is to be tried by itself. */
const learnBatch = (platform: Platform, limit: number): Promise<number | undefined> =>
  platform.db.transaction('learnFromJob', async (tx) => {
    await lockLearner(tx);
    const jobs = await finishedJobs(tx, { limit });
    if (jobs.some((job) => isStuck(job, tx))) return undefined;
    if (jobs.length > 0) await learn(tx, await finishedOf(tx, jobs), platform);
    if (jobs.length === limit) tx.ring('learn', anyFinished);
    return jobs.length;
  });

async function finishedOf(tx: Tx, jobs: Job[]): Promise<Finished[]> {
  const rows = await findDeployments(
    tx,
    jobs.map(({ deployment_id }) => deployment_id),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return jobs.map((job) => {
    const deployment = byId.get(job.deployment_id) as CurrentDeployment | undefined; // written by the stages
    if (deployment === undefined || deployment.actual === null) throw new Error(`job ${job.id} has lost what it used`);
    return { job, deployment, actual: deployment.actual };
  });
}

async function learn(tx: Tx, finished: Finished[], { telemetry }: Pick<Platform, 'telemetry'>): Promise<void> {
  const observed = finished.filter(isTelling);
  const models = await modelsOf(tx, observed);
  await observeJobs(
    tx,
    observed.map((each) => observation(each, modelIn(models, each.deployment.definition))),
  );
  const failing = await noteOutcomes(
    tx,
    finished.flatMap(({ actual }) => actual.tasks.filter(({ ended }) => ended)),
  );
  await suspect(tx, failing);
  await rememberDurations(tx, finished.flatMap(durationsIn));
  for (const job of inLockOrder(finished)) {
    const joined = { name: 'learnFromJob', trace: job.trace, attributes: { 'muster.id': job.id } };
    await telemetry.join(joined, () => moveJob(tx, job, { type: 'learned' }));
  }
}

/** Whether its tokens say how many the next run needs: it came to its end by itself, and undid nothing. */
const isTelling = ({ job, actual }: Finished): boolean =>
  job.outcome === 'succeeded' ||
  (job.stop_reason === null && actual.total_tokens > 0 && !actual.tasks.some(({ undoes = null }) => undoes !== null));

/** They were learned from in the order of their ends; they are locked in that of their ids. */
const inLockOrder = (finished: Finished[]): Job[] =>
  finished.map(({ job }) => job).toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** The model that each primary agent registered, read once for the batch. */
async function modelsOf(tx: Tx, observed: Finished[]): Promise<ReadonlyMap<string, string | null>> {
  const agents = new Set(observed.map(({ deployment }) => deployment.definition.primary_agent));
  const models = new Map<string, string | null>();
  for (const agent of agents) models.set(agent, await modelOf(tx, agent));
  return models;
}

const modelIn = (models: ReadonlyMap<string, string | null>, { model, primary_agent }: JobDefinition) =>
  model ?? models.get(primary_agent) ?? null;

const observation = ({ job, deployment, actual }: Finished, model: string | null) => ({
  job_name: job.job_name,
  category: job.category,
  model,
  deployment_id: deployment.id,
  tokens: actual,
  cost_micros: actual.cost_micros,
  estimate: deployment.estimate,
});

/** A step of an explicit plan has a pace of its own, whoever does it. */
const durationsIn = ({ job: { job_name }, deployment, actual }: Finished) => [
  { key: jobPace(job_name), seconds: actual.duration_seconds },
  ...actual.tasks.flatMap(({ name, agent_id, succeeded, duration_seconds: seconds }) =>
    succeeded && agent_id !== null
      ? [
          { key: agentPace(agent_id), seconds },
          ...(deployment.definition.plan === undefined ? [] : [{ key: stepPace(job_name, name), seconds }]),
        ]
      : [],
  ),
];

/**
 * Counts each job's attempt before it tries, so that only the one at fault ends without having been learned from. Those
 * tried least come first: one that takes its process with it holds up no other twice.
 */
async function learnOneByOne(platform: Platform): Promise<void> {
  const finished = await finishedJobs(platform.db.read, { limit: batchSize });
  for (const { id } of finished.toSorted((a, b) => a.attempts - b.attempts)) {
    const job = await claimOrGiveUp(platform, id);
    if (job === undefined) return; // another learner has come between, and sees to the rest
    if (job.attempts <= stageAttempts) await tryOne(platform, job);
  }
  if (finished.length === batchSize) ring(platform, 'learn', anyFinished);
}

/**
 * Counts an attempt and holds the job for it; one that was tried often enough ends instead. Until the lease is over, a job
 * that failed spoils no batch. Gives the job with its attempts; undefined: it is another learner's.
 */
const claimOrGiveUp = (platform: Platform, id: string): Promise<Job | undefined> =>
  platform.db.transaction('countLearning', async (tx) => {
    const claiming = jobWork.claim(tx, { id, state: 'learning', lease_seconds: claimSeconds });
    const [claimed, job] = await Promise.all([claiming, findJob(tx, { id })]);
    if (claimed.length === 0 || job === undefined) return undefined;
    if (job.attempts > stageAttempts) {
      await raiseActionItem(tx, { code: 'learning_keeps_failing', subject: id, detail: 'learning failed' });
      await moveJob(tx, job, { type: 'learned' });
    }
    return job;
  });

async function tryOne(platform: Platform, claimed: Job): Promise<void> {
  try {
    await learnOne(platform, claimed);
  } catch (error) {
    // The attempt is counted already; the next job must have its turn.
    platform.log.warn({ err: error, job: claimed.id }, 'a job could not be learned from');
  }
}

/** Does nothing where the wait for the learner's lock took longer than the claim, and another has claimed the job since. */
const learnOne = (platform: Platform, { id, fence }: Job): Promise<void> =>
  platform.db.transaction('learnFromJob', async (tx) => {
    await lockLearner(tx);
    const job = await lockJob(tx, { id });
    if (job?.fence === fence) await learn(tx, await finishedOf(tx, [job]), platform);
  });
