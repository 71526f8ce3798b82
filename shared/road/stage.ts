/**
 * What a stage of the road is, and its edge: the only place where what a stage throws is caught. A refusal
 * blocks the job, a lost race stops, a fault is kept and tried again later.
 */
import { backoffSeconds } from '../platform/database/due-work.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import { LostRace, Refusal } from '../outcomes.ts';
import { raiseActionItem } from '../access/action-items.ts';
import { voidApproval } from '../approvals/consume.ts';
import type { Job, JobState } from '../jobs/job.ts';
import { isEnd, transitions } from '../jobs/lifecycle.ts';
import { moveJob } from '../jobs/move.ts';
import { findJob, jobWork, lockJob } from '../jobs/store/rows.ts';

/**
 * What a bell wakes. `id` is the job's, unless the bell says otherwise. Never throws what it has kept. Whoever rang, what
 * it does for a job it does in the trace of that job.
 */
export type Stage = (platform: Platform, id: string) => Promise<void>;

type Handlers = Partial<Record<JobState, (tx: Tx, job: Job) => Promise<unknown>>>;

/** Tries of a stage before its job fails with the last fault as the reason. */
export const stageAttempts = 10;
/** Longer than all checks of a validation may take together. */
const claimSeconds = 120;

/**
 * A stage without outside calls: locks the job, then does what its state asks for, in one transaction. A run that comes
 * to its end makes the faults before it count no more: only faults in a row end a job.
 */
export const stage =
  (name: string, handlers: Handlers): Stage =>
  (platform, id) =>
    edge(platform, id, (seen) =>
      platform.db.transaction(name, async (tx) => {
        const job = seen(await lockJob(tx, { id }));
        const handle = handlers[job.state];
        if (handle === undefined) return;
        await inItsTrace(platform, { name, job }, async () => handle(tx, job));
        if (job.attempts > 0) await jobWork.forgetFaults(tx, job); // hits nothing where the job has moved
      }),
    );

interface Calling<Found> {
  state: JobState;
  /** What takes long, outside calls too: no transaction is open. */
  work: (platform: Platform, job: Job) => Promise<Found>;
  /**
   * What follows from them. Moves or blocks the job before anything else: the version and the fence that were read
   * guard that write, so that a race is lost there, and it locks the row for the rest.
   */
  commit: (tx: Tx, job: Job, found: Found) => Promise<unknown>;
}

/** A stage with outside calls: claims the job, works, commits. */
export const callingStage = <Found>(name: string, calling: Calling<Found>): Stage =>
  workingStage(name, calling, (platform, id) => claimJob(platform, { name, id, state: calling.state }));

/**
 * A stage that reads and computes before it writes: its first try needs no claim, for what it found counts only while the
 * job is still as it was read. Nobody counts that try, so where it came to no end, a kill among them, the next one claims.
 */
export const readingStage = <Found>(name: string, calling: Calling<Found>): Stage =>
  workingStage(name, calling, async (platform, id) => {
    const { state } = calling;
    const job = await findJob(platform.db.read, { id });
    if (job?.state !== state) return undefined;
    return isFresh(job, platform) ? job : claimJob(platform, { name, id, state });
  });

/** Nobody has met a fault over it, and no sweep has rung for it. */
const isFresh = ({ attempts, due_seconds }: Job, { config }: Platform): boolean =>
  attempts === 0 && due_seconds === config.DUE_SECONDS;

/** `take` gives the job that it works for; undefined: a stale or doubled bell. */
const workingStage =
  <Found>(
    name: string,
    { work, commit }: Calling<Found>,
    take: (platform: Platform, id: string) => Promise<Job | undefined>,
  ): Stage =>
  (platform, id) =>
    edge(platform, id, async (seen) => {
      const job = await take(platform, id);
      if (job === undefined) return;
      seen(job);
      await inItsTrace(platform, { name, job }, async () => {
        refuseTooMany(job, name);
        const found = await work(platform, job);
        await platform.db.transaction(name, (tx) => commit(tx, job, found));
      });
    });

/** Whoever rang, what is done for a job is of its trace. */
const inItsTrace = <T>(
  { telemetry }: Platform,
  { name, job }: { name: string; job: Job },
  work: () => Promise<T>,
): Promise<T> => telemetry.join({ name, trace: job.trace, attributes: { 'muster.id': job.id } }, work);

/** Claims count beforehand, so a job that kills or hangs its process comes to an end as well. */
function refuseTooMany(job: Job, name: string): void {
  if (job.attempts > stageAttempts) throw new Error(job.last_fault ?? `${name} never came to its end`);
}

/** One request between BEGIN and COMMIT. In a batch, a claim whose answer was lost would hold the job from itself. */
const claimJob = (platform: Platform, { name, id, state }: { name: string; id: string; state: JobState }) =>
  platform.db.transaction(`${name} claim`, async (tx) => {
    const claiming = jobWork.claim(tx, { id, state, lease_seconds: claimSeconds });
    const [claimed, job] = await Promise.all([claiming, findJob(tx, { id })]);
    return claimed.length === 0 ? undefined : job;
  });

type Seen = (job: Job | undefined) => Job;

async function edge(platform: Platform, id: string, run: (seen: Seen) => Promise<void>): Promise<void> {
  let job: Job | undefined;
  const seen: Seen = (row) => {
    if (row === undefined) throw new LostRace(`there is no ${id} any more`);
    return (job = row);
  };
  try {
    await run(seen);
  } catch (error) {
    platform.telemetry.fault(error);
    if (error instanceof LostRace) return;
    if (job === undefined) throw error;
    await settleAtEdge(platform, job, error);
  }
}

function settleAtEdge(platform: Platform, job: Job, error: unknown): Promise<unknown> {
  return inItsTrace(platform, { name: 'settleAtEdge', job }, async () =>
    error instanceof Refusal && transitions.blocked.from.includes(job.state)
      ? blockJob(platform, job, error)
      : keepFault(platform, job, error),
  );
}

/** In a transaction of its own, with the version that was read: a cancel in between wins. */
const blockJob = (platform: Platform, seen: Job, { code, message, facts }: Refusal) =>
  platform.db.transaction('blockJob', async (tx) => {
    const job = await lockJob(tx, { id: seen.id });
    if (job?.version !== seen.version || job.fence !== seen.fence) return;
    const { waits_for = null, waits_amount } = facts;
    await block(tx, job, { code, detail: message, waits_for, ...(waits_amount === undefined ? {} : { waits_amount }) });
  });

type Block = Omit<Extract<Parameters<typeof moveJob>[2], { type: 'blocked' }>, 'type' | 'by'>;

/** Blocks a job; what it was woken for and does not use is offered to the others that wait. */
export async function block(tx: Tx, job: Job, facts: Block): Promise<void> {
  if (job.waits_for !== null && job.waits_for !== facts.waits_for) tx.ring('wake', job.waits_for);
  await moveJob(tx, job, { type: 'blocked', ...facts });
}

/**
 * A fault: kept on the row, tried again later, and after enough attempts the reason why the job failed. Where a job
 * waits for people its question looks after it; where it is over, there is nothing to try again.
 */
async function keepFault(platform: Platform, seen: Job, error: unknown): Promise<void> {
  const fault = mask(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 2000);
  platform.log.warn({ job: seen.id, state: seen.state, fault }, 'a stage met a fault');
  if (isEnd(seen.state)) return;
  const waitsForPeople = seen.state === 'awaiting_approval';
  const seconds = waitsForPeople ? null : backoffSeconds(seen.attempts, platform.random.fraction());
  await platform.db.transaction('keepFault', async (tx) => {
    const job = await lockJob(tx, { id: seen.id });
    if (job === undefined || job.version !== seen.version || job.fence !== seen.fence) return;
    const counted = job.lease_until === null ? 1 : 0; // by its claim
    if (job.attempts + counted < stageAttempts) await jobWork.backOff(tx, { ...job, seconds, fault, counted });
    else await giveUp(tx, job, { fault, seconds });
  });
}

async function giveUp(tx: Tx, job: Job, { fault, seconds }: { fault: string; seconds: number | null }): Promise<void> {
  await raiseActionItem(tx, { code: 'stage_keeps_failing', subject: job.id, detail: fault });
  if (!transitions.gave_up.from.includes(job.state)) {
    await jobWork.backOff(tx, { ...job, seconds, fault, counted: 1 });
    return;
  }
  await voidApproval(tx, job.deployment_id, fault);
  await moveJob(tx, job, { type: 'gave_up', reason: fault });
}
