import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backoffSeconds, dueWork, type WorkRow } from '../../shared/platform/database/due-work.ts';
import type { Tx } from '../../shared/platform/platform.ts';
import { openWorld, type World } from '../world.ts';

const work = dueWork('works');
let world: World;
const run = <T>(part: (tx: Tx) => Promise<T>) => world.platform.db.transaction('test', part);
const row = async (id: string) =>
  (await world.platform.db.read.run<WorkRow>(CompiledQuery.raw('SELECT * FROM works WHERE id = ?', [id])))[0];
/** Seconds from the database's now. */
const inSeconds = (at: Date | null | undefined) =>
  at instanceof Date ? (at.getTime() - world.clock.database()) / 1000 : at;

beforeEach(async () => {
  world = await openWorld({}, { hasOwnTables: true });
  await run(async (tx) => {
    await tx.run(
      CompiledQuery.raw(`CREATE TABLE works (id TEXT PRIMARY KEY, state TEXT, due_at TEXT_TIME, due_seconds INTEGER,
        attempts INTEGER DEFAULT 0, fence INTEGER DEFAULT 0, lease_until TEXT_TIME, last_fault TEXT)`),
    );
    const insert = 'INSERT INTO works (id, state, due_at, due_seconds) VALUES (?, ?, now_plus(?), 1)';
    for (const [id, state, due] of [
      ['a', 'submitted', -3],
      ['b', 'executing', -2],
      ['c', 'submitted', 10],
    ]) {
      await tx.run(CompiledQuery.raw(insert, [id, state, due]));
    }
  });
});
afterEach(() => world.close());

const claim = (id: string, state = 'submitted') => run((tx) => work.claim(tx, { id, state, lease_seconds: 60 }));
const sweep = (limit = 10) => run((tx) => work.sweep(tx, { limit }));

test('a claim counts the attempt, raises the fence and holds the row for its lease', async () => {
  expect(await claim('a')).toEqual([{ id: 'a' }]);
  expect(await row('a')).toMatchObject({ attempts: 1, fence: 1 });
  expect(inSeconds((await row('a'))?.lease_until)).toBe(60);
  expect(await claim('a')).toEqual([]);
  await world.advance(61);
  expect(await claim('a')).toEqual([{ id: 'a' }]);
  expect((await row('a'))?.fence).toBe(2);
});

test('a row in another state, or none, is not claimed', async () => {
  expect([await claim('a', 'executing'), await claim('none')]).toEqual([[], []]);
});

test('of many who claim at once, one has the row', async () => {
  const claims = await Promise.all(Array.from({ length: 50 }, () => claim('a')));
  expect(claims.flat()).toEqual([{ id: 'a' }]);
});

test('a clean run forgets the faults before it, unless the row has moved on', async () => {
  await claim('a');
  await run((tx) => work.backOff(tx, { id: 'a', fence: 1, seconds: 30, fault: 'broken', counted: 0 }));
  const forget = (fence: number) => run((tx) => work.forgetFaults(tx, { id: 'a', fence }));
  expect(await forget(1)).toEqual([]);
  expect(await forget(2)).toEqual([{ id: 'a' }]);
  expect(await row('a')).toMatchObject({ attempts: 0, fence: 2, last_fault: null });
  expect(inSeconds((await row('a'))?.due_at)).toBe(30);
});

test('backing off keeps the fault and frees the row until it is due', async () => {
  await claim('a');
  await run((tx) => work.backOff(tx, { id: 'a', fence: 1, seconds: 30, fault: 'broken', counted: 0 }));
  expect(await row('a')).toMatchObject({ attempts: 1, fence: 2, last_fault: 'broken', lease_until: null });
  expect(inSeconds((await row('a'))?.due_at)).toBe(30);
});

test('a sweep gives due rows, the oldest first, moves their time on, and counts no attempt', async () => {
  expect(await sweep(1)).toEqual([{ id: 'a', state: 'submitted' }]);
  expect(await sweep()).toEqual([{ id: 'b', state: 'executing' }]);
  expect(await sweep()).toEqual([]);
  expect(await row('a')).toMatchObject({ attempts: 0, due_seconds: 2 });
  expect(await row('b')).toMatchObject({ attempts: 0, due_seconds: 2 });
});

test('the wait of a sweep doubles, up to 5 minutes, and up to 30 seconds while running', async () => {
  for (let n = 0; n < 12; n++) {
    await world.advance(300);
    await sweep();
  }
  expect([(await row('a'))?.due_seconds, (await row('b'))?.due_seconds]).toEqual([300, 30]);
});

test('after a start all leases are void and their rows due', async () => {
  await claim('a');
  expect(await run((tx) => work.voidLeases(tx, {}))).toEqual([{ id: 'a' }]);
  expect(await row('a')).toMatchObject({ fence: 2, lease_until: null });
  expect(inSeconds((await row('a'))?.due_at)).toBe(0);
});

test('times of leases are the database’s, however wrong the process clock is', async () => {
  world.clock.skewProcess(-3600);
  await claim('a');
  expect(inSeconds((await row('a'))?.lease_until)).toBe(60);
});

test.each([
  [0, 1, 1],
  [3, 1, 8],
  [20, 1, 300],
  [20, 0, 1],
  [20, 0.5, 150],
])('after %d attempts and chance %d the next comes in %d seconds', (attempts, fraction, seconds) => {
  expect(backoffSeconds(attempts, fraction)).toBe(seconds);
});
