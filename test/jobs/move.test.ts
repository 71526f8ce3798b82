import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventsOf } from '../../shared/events/store.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobEvent } from '../../shared/jobs/lifecycle.ts';
import { moveJob } from '../../shared/jobs/move.ts';
import { lockJob } from '../../shared/jobs/store/rows.ts';
import { openWorld, type World } from '../world.ts';
import { aDefinition, noon, rowOf, storedJob } from './a-job.ts';

let world: World;
let job: Job;
beforeEach(async () => {
  world = await openWorld({}, { at: noon });
  job = await storedJob(world, aDefinition({ supporting_agents: ['fixer'] }));
});
afterEach(() => world.close());

const move = (from: Job, event: JobEvent) => world.platform.db.transaction('move', (tx) => moveJob(tx, from, event));
const eventsOfJob = () => eventsOf(world.platform.db.read, { stream: job.id, after: 0, limit: 100 });
const notReady: JobEvent = { type: 'blocked', code: 'not_ready', detail: 'no scanner', waits_for: 'tool:scanner' };

describe('a new job', () => {
  it('is submitted, at version 1, with one event, and rings for its estimate', async () => {
    expect(job).toMatchObject({
      state: 'submitted',
      version: 1,
      deployment_number: 1,
      attempts: 0,
      fence: 0,
      blocked_seconds: 0,
    });
    expect(await eventsOfJob()).toMatchObject([{ number: 1, type: 'submitted', actor: 'admin', hash: job.head_hash }]);
    expect(world.rung.map(({ bell, id }) => [bell, id])).toEqual([['estimate', job.id]]);
  });

  it('is swept after a second', () => {
    expect(job.due_at).toEqual(new Date(noon.getTime() + 1000));
  });
});

describe('a move', () => {
  it('gives the row as it is stored', async () => {
    await world.advance(5);
    const moved = await move(job, { type: 'estimated' });
    const { due_at, changed_at, ...stored } = await rowOf(world, job.id);
    expect(moved).toMatchObject(stored);
    expect(changed_at).toEqual(new Date(noon.getTime() + 5000));
    expect(due_at).toEqual(new Date(noon.getTime() + 6000));
  });

  it('writes its event, from and to, with what it says, by Muster when nobody else', async () => {
    await move(await move(job, { type: 'estimated' }), { type: 'cancelled', reason: 'not needed', by: 'ann' });
    expect(
      (await eventsOfJob()).slice(1).map(({ number, type, actor, data }) => ({ number, type, actor, data })),
    ).toEqual([
      { number: 2, type: 'estimated', actor: 'muster', data: { from: 'submitted', to: 'estimated', deployment: 1 } },
      {
        number: 3,
        type: 'cancelled',
        actor: 'ann',
        data: { from: 'estimated', to: 'cancelled', deployment: 1, reason: 'not needed' },
      },
    ]);
  });

  it('rings after the commit, and not when it was undone', async () => {
    world.rung.length = 0;
    const undone = world.platform.db.transaction('undone', async (tx) => {
      await moveJob(tx, job, { type: 'estimated' });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect([world.rung, (await rowOf(world, job.id)).state]).toEqual([[], 'submitted']);
    await move(job, { type: 'estimated' });
    expect(world.rung.map(({ bell }) => bell)).toEqual(['validate']);
  });

  it('from a row that has changed since loses the race and writes nothing', async () => {
    await move(job, { type: 'estimated' });
    await expect(move(job, { type: 'cancelled', reason: 'late' })).rejects.toMatchObject({ name: 'LostRace' });
    expect([(await rowOf(world, job.id)).state, (await eventsOfJob()).length]).toEqual(['estimated', 2]);
  });

  it('forgets attempts, lease and fault, and raises the fence', async () => {
    const tired = { ...job, attempts: 4, last_fault: 'no answer', lease_until: noon };
    expect(await move(tired, { type: 'estimated' })).toMatchObject({
      attempts: 0,
      last_fault: null,
      lease_until: null,
      fence: 1,
    });
    expect(await rowOf(world, job.id)).toMatchObject({ attempts: 0, last_fault: null, lease_until: null, fence: 1 });
  });

  it('that the lifecycle does not allow is refused and undoes the transaction', async () => {
    await expect(move(job, { type: 'started' })).rejects.toMatchObject({ code: 'conflict' });
    expect((await eventsOfJob()).length).toBe(1);
  });

  it('happens once where twenty try at the same time', async () => {
    const tries = Array.from({ length: 20 }, () => move(job, { type: 'estimated' }));
    const hits = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
    expect([hits.length, (await rowOf(world, job.id)).version]).toEqual([1, 2]);
  });
});

describe('when a row is looked at again', () => {
  const dueIn = async () => {
    const { due_at } = await rowOf(world, job.id);
    return due_at === null ? null : (due_at.getTime() - world.clock.now().getTime()) / 1000;
  };

  it('is soon where the machine is waited for, later where it is blocked, never where people are', async () => {
    await move(job, notReady);
    expect(await dueIn()).toBe(30);
    await world.advance(200);
    await move(await rowOf(world, job.id), { type: 'resumed' });
    expect(await dueIn()).toBe(1);
    await move(await rowOf(world, job.id), notReady);
    expect(await dueIn()).toBe(200);
    await move(await rowOf(world, job.id), { type: 'resumed' });
    await move(await rowOf(world, job.id), { type: 'estimated' });
    await move(await rowOf(world, job.id), { type: 'validated' });
    expect(await dueIn()).toBeNull();
    await move(await rowOf(world, job.id), { type: 'cancelled', reason: 'not needed' });
    expect(await dueIn()).toBeNull();
  });
});

describe('a lock', () => {
  it('gives the row, or nothing', async () => {
    const found = await world.platform.db.transaction('lock', (tx) => lockJob(tx, { id: job.id }));
    expect(found).toEqual(await rowOf(world, job.id));
    expect(await world.platform.db.transaction('lock', (tx) => lockJob(tx, { id: 'job_nobody' }))).toBeUndefined();
  });
});
