/** The only way a job changes its state: decide, row, event and bell in one. */
import type { Event } from '../events/chain.ts';
import { nextEvent, record } from '../events/record.ts';
import { loseRace } from '../outcomes.ts';
import type { BellName, Tx } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { musterActor } from '../access/caller.ts';
import type { Job } from './job.ts';
import { nextTrySeconds } from './blocked-time.ts';
import { advance, isAtRest, isEnd, type JobEvent } from './lifecycle.ts';
import { updateMoved, updateState } from './store/rows.ts';

/** One learner takes all finished jobs: whoever rings `learn` rings for this, so that many rings are one. */
export const anyFinished = 'finished';

/**
 * Moves a job by one event or by several at once, and gives it as it is now: an event for each, the row is written
 * once. Refuses what the lifecycle does not allow; loses the race when the row has changed since `job` was read.
 */
export async function moveJob(tx: Tx, job: Job, ...happened: JobEvent[]): Promise<Job> {
  const start: Moving = { job: { ...job }, events: [], isPatched: false, bell: null };
  const { job: moved, events, isPatched, bell } = happened.reduce((moving, event) => step(tx, moving, event), start);
  Object.assign(moved, { attempts: 0, lease_until: null, last_fault: null, due_seconds: tx.config.DUE_SECONDS });
  const { version, head_hash, state, fence, due_seconds } = moved;
  const guard = { id: job.id, was_version: job.version, was_fence: job.fence };
  const head = { ...guard, version, head_hash, state, fence, due_seconds, due_in_seconds: dueIn(tx, moved) };
  const hit = await (isPatched ? updateMoved(tx, { ...moved, ...head }) : updateState(tx, head));
  if (hit.length === 0) loseRace();
  record(tx, ...events);
  if (bell !== null) tx.ring(bell, bell === 'learn' ? anyFinished : job.id);
  if (isAtRest(moved.state)) tx.hint(`job:${job.id}`);
  if (isEnd(moved.state) && !isEnd(job.state)) tellEnd(tx, moved);
  return moved;
}

interface Moving {
  job: Job;
  events: Event[];
  /** A transition has changed more than where the job stands. */
  isPatched: boolean;
  /** That of the last event: the others have led on already. */
  bell: BellName | null;
}

/** The job of `moving` is a copy that this may change: a row of forty columns is dear to copy again and again. */
function step(tx: Tx, { job, events, isPatched }: Moving, event: JobEvent): Moving {
  const { state, patch, bell } = advance(job, event, tx.at);
  const { by = musterActor, type, ...facts } = event;
  const { id: stream, version, head_hash } = job;
  const happening = { type, actor: by, data: factsOf(job, state, facts) };
  const written = nextEvent(tx, { stream, version, head_hash }, happening);
  Object.assign(job, patch, { state, version: written.number, head_hash: written.hash, fence: job.fence + 1 });
  return { job, events: [...events, written], isPatched: isPatched || Object.keys(patch).length > 0, bell };
}

function tellEnd(tx: Tx, { state, category, created_at }: Job): void {
  const seconds = (tx.at.getTime() - created_at.getTime()) / 1000;
  const attributes = { 'muster.job.state': state, 'muster.job.category': category };
  tx.tell((telemetry) => telemetry.measure('muster.job.duration', seconds, attributes));
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
