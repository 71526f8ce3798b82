import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../shared/jobs/job.ts';
import { moveJob } from '../../shared/jobs/move.ts';
import { atRest } from '../../shared/road/rest.ts';
import { rowOf, storedJob } from '../jobs/a-job.ts';
import { openWorld, type World } from '../world.ts';

let world: World;
let job: Job;
beforeEach(async () => {
  world = await openWorld();
  job = await storedJob(world);
});
afterEach(() => world.close());

const never = new AbortController().signal;
const wait = (seconds: number, signal = never, id = job.id) => atRest(world.platform, id, { seconds, signal });
const move = async (type: 'estimated' | 'validated') => {
  const from = await rowOf(world, job.id);
  await world.platform.db.transaction('move', (tx) => moveJob(tx, from, { type }));
};

describe('waiting for a job', () => {
  it('ends as soon as it waits for people', async () => {
    const waiting = wait(30);
    await world.advance(1);
    await move('estimated');
    await world.advance(1);
    await move('validated');
    expect(await waiting).toBe(true);
    expect(world.clock.now().toISOString()).toBe('2026-03-01T12:00:02.000Z');
  });

  it('ends without an answer after the time that was asked for', async () => {
    const waiting = wait(3);
    await world.advance(3);
    expect(await waiting).toBe(false);
  });

  it('ends when the caller has gone', async () => {
    const caller = new AbortController();
    const waiting = wait(30, caller.signal);
    caller.abort();
    expect(await waiting).toBe(false);
  });

  it('that is not there is not waited for', async () => {
    expect(await wait(30, never, 'job_nobody')).toBe(true);
  });
});
