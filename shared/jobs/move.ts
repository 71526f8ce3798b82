/** The only way a job changes its state: decide, row, event and bell in one. */
import { nextEvent, record } from '../events/record.ts';
import { loseRace } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { musterActor } from '../access/caller.ts';
import type { Job } from './job.ts';
import { nextTrySeconds } from './blocked-time.ts';
import { advance, isAtRest, type JobEvent } from './lifecycle.ts';
import { updateMoved, updateState } from './store/rows.ts';

/** One learner takes all finished jobs: rings for those that end together are one. */
const anyFinished = 'finished';

/**
 * Moves a job and gives it as it is now. Refuses what the lifecycle does not allow; loses the race when
 * the row has changed since `job` was read.
 */
export async function moveJob(tx: Tx, job: Job, event: JobEvent): Promise<Job> {
  const { state, patch, bell } = advance(job, event, tx.at);
  const { by = musterActor, type, ...facts } = event;
  const written = nextEvent(tx, { stream: job.id, ...job }, { type, actor: by, data: factsOf(job, state, facts) });
  const moved: Job = {
    ...job,
    ...patch,
    state,
    version: written.number,
    head_hash: written.hash,
    fence: job.fence + 1,
    attempts: 0,
    lease_until: null,
    last_fault: null,
  };
  const due = { due_in_seconds: dueIn(tx, moved), due_seconds: tx.config.DUE_SECONDS };
  const update = Object.keys(patch).length === 0 ? updateState : updateMoved;
  const hit = await update(tx, { ...moved, ...due, was_version: job.version, was_fence: job.fence });
  if (hit.length === 0) loseRace();
  await record(tx, written);
  if (bell !== null) tx.ring(bell, bell === 'learn' ? anyFinished : job.id);
  if (isAtRest(moved.state)) tx.hint(`job:${job.id}`);
  return { ...moved, due_seconds: due.due_seconds };
}

/** Rows in these states wait for the machine; the others for people, or for nothing. */
function dueIn(tx: Tx, job: Job): number | null {
  if (job.state === 'blocked') return nextTrySeconds(job, tx.at, tx.config.BLOCKED_FOR);
  const waitsForMachine = ['submitted', 'estimated', 'approved', 'executing', 'compensating', 'learning'];
  return waitsForMachine.includes(job.state) ? tx.config.DUE_SECONDS : null;
}

function factsOf(job: Job, to: Job['state'], facts: Record<string, unknown>): Record<string, Json> {
  const own = Object.entries(facts).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return { from: job.state, to, deployment: job.deployment_number, ...Object.fromEntries(own) };
}
