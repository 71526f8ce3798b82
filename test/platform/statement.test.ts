import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { now, store, upsert } from '../../shared/platform/database/statement.ts';
import { withBoundTimes } from '../../shared/platform/database/sqlite-connection.ts';
import type { Tx } from '../../shared/platform/platform.ts';
import { openWorld, type World } from '../world.ts';

interface Thing {
  id: string;
  at: Date | null;
  flag: boolean | null;
  data: { [name: string]: unknown } | unknown[] | null;
  amount: number;
}

const { all, first, change, tables } = store<{ things: Thing }>();
const insertThing = change((q, p: Thing) =>
  q.insertInto('things').values({ id: p.id, at: p.at, flag: p.flag, data: p.data as never, amount: p.amount }),
);
const findThing = first((q, p: { id: string }) => q.selectFrom('things').selectAll().where('id', '=', p.id));
const updateThing = change((q, p: { id: string; flag: boolean; amount: number }) =>
  q
    .updateTable('things')
    .set((row) => ({ flag: p.flag, amount: row('amount', '+', p.amount) }))
    .where('id', '=', p.id)
    .returning(['id as thing', 'at as when', 'flag', 'data']),
);

const raise = change((q, p: { id: string; most: number }) =>
  q
    .updateTable('things')
    .set((row) => ({ amount: row('amount', '+', 1) }))
    .where('amount', '<=', p.most)
    .where('id', '=', p.id)
    .returning('id'),
);

let world: World;
const transaction = <T>(work: (tx: Tx) => Promise<T>) => world.platform.db.transaction('test', work);
const thing: Thing = { id: 'a', at: new Date('2026-01-02T03:04:05.678Z'), flag: true, data: { n: [1] }, amount: 5 };

beforeEach(async () => {
  world = await openWorld({}, { hasOwnTables: true });
  await transaction((tx) =>
    tx.run(
      CompiledQuery.raw(
        'CREATE TABLE things (id TEXT PRIMARY KEY, at TEXT_TIME, flag INTEGER_BOOLEAN, data TEXT_JSON, amount INTEGER NOT NULL)',
      ),
    ),
  );
});
afterEach(() => world.close());

test('times, flags and JSON come back as they went in, through RETURNING and aliases too', async () => {
  await transaction((tx) => insertThing(tx, thing));
  expect(await findThing(world.platform.db.read, { id: 'a' })).toEqual(thing);
  const changed = await transaction((tx) => updateThing(tx, { id: 'a', flag: false, amount: 2 }));
  expect(changed).toEqual([{ thing: 'a', when: thing.at, flag: false, data: { n: [1] } }]);
});

test('a change by a key tells which rows it hit, none among them', async () => {
  await transaction((tx) => insertThing(tx, thing));
  expect(await transaction((tx) => raise(tx, { id: 'a', most: 5 }))).toEqual([{ id: 'a' }]);
  expect(await transaction((tx) => raise(tx, { id: 'a', most: 5 }))).toEqual([]);
  expect((await findThing(world.platform.db.read, { id: 'a' }))?.amount).toBe(6);
});

test('null stays null and false stays false', async () => {
  await transaction((tx) => insertThing(tx, { ...thing, at: null, flag: null, data: null }));
  expect(await findThing(world.platform.db.read, { id: 'a' })).toEqual({ ...thing, at: null, flag: null, data: null });
  await transaction((tx) => updateThing(tx, { id: 'a', flag: false, amount: 0 }));
  expect((await findThing(world.platform.db.read, { id: 'a' }))?.flag).toBe(false);
});

test('each call binds its own parameters to the one compiled statement', async () => {
  await transaction(async (tx) => {
    for (const id of ['a', 'b', 'c']) await insertThing(tx, { ...thing, id, data: [id] });
  });
  const found = await Promise.all(['b', 'c', 'none'].map((id) => findThing(world.platform.db.read, { id })));
  expect(found.map((row) => row?.data)).toEqual([['b'], ['c'], undefined]);
});

test('a parameter used twice is bound twice', async () => {
  const around = all((q, p: { amount: number }) =>
    q.selectFrom('things').select('id').where('amount', '>=', p.amount).where('amount', '<=', p.amount),
  );
  await transaction((tx) => insertThing(tx, thing));
  expect(await around(world.platform.db.read, { amount: 5 })).toEqual([{ id: 'a' }]);
  expect(await around(world.platform.db.read, { amount: 6 })).toEqual([]);
});

test('a parameter that is missing or undefined is a fault, not a null', async () => {
  const lacking = { ...thing, amount: undefined } as unknown as Thing; // what a caller without types could send
  await expect(transaction((tx) => insertThing(tx, lacking))).rejects.toThrow('undefined');
});

test('now() is the time of the database and not of the process', async () => {
  const due = change((q, p: { id: string; seconds: number | null }) =>
    q
      .updateTable('things')
      .set({ at: now(p.seconds) })
      .where('id', '=', p.id)
      .returning('at'),
  );
  await transaction((tx) => insertThing(tx, thing));
  world.clock.skewProcess(-3600);
  const start = world.clock.database();
  expect(await transaction((tx) => due(tx, { id: 'a', seconds: 1.5 }))).toEqual([{ at: new Date(start + 1500) }]);
  expect(await transaction((tx) => due(tx, { id: 'a', seconds: null }))).toEqual([{ at: null }]);
});

test('a statement whose shape depends on the input is built at the call', async () => {
  await transaction((tx) => insertThing(tx, thing));
  const on = world.platform.db.read;
  const rows = await on.run(tables(on).selectFrom('things').select('data').where('id', 'in', ['a', 'b']).compile());
  expect(rows).toEqual([{ data: { n: [1] } }]);
});

const among = store<{ things: Thing }>().among((q, ids: string[]) =>
  q.selectFrom('things').select('id').where('id', 'in', ids).orderBy('id'),
);
const insertThings = store<{ things: Thing }>().rows((q, things: Thing[]) =>
  q
    .insertInto('things')
    .values(things.map(({ id, at, flag, data, amount }) => ({ id, at, flag, data: data as never, amount }))),
);

test.each([0, 1, 2, 16, 17, 40])('a list of %i is bound member by member', async (count) => {
  const things = Array.from({ length: count }, (_, i) => ({ ...thing, id: `t${10 + i}`, amount: i }));
  const ids = things.map(({ id }) => id);
  await transaction((tx) => insertThings(tx, things));
  const { read } = world.platform.db;
  expect(await among(read, ids)).toEqual(ids.map((id) => ({ id })));
  expect(await among(read, ids.slice(1))).toEqual(ids.slice(1).map((id) => ({ id })));
  for (const each of things) expect(await findThing(read, { id: each.id })).toEqual(each);
});

test('a limit may be a parameter', async () => {
  const some = all((q, p: { limit: number }) => q.selectFrom('things').select('id').orderBy('id').limit(p.limit));
  await transaction((tx) => insertThings(tx, [thing, { ...thing, id: 'b' }, { ...thing, id: 'c' }]));
  expect(await some(world.platform.db.read, { limit: 2 })).toHaveLength(2);
  expect(await some(world.platform.db.read, { limit: 1 })).toHaveLength(1);
});

test('a question mark in quotes is no parameter', () => {
  expect(withBoundTimes(`select '?', 'it''s now_plus(?)', now_plus(?), now_plus(n) where x = ?`)).toEqual({
    sql: `select '?', 'it''s now_plus(?)', ?, now_plus(n) where x = ?`,
    isTime: [true, false],
  });
});

test('locks for other databases say nothing here', async () => {
  const locked = first((q, p: { id: string }) =>
    q.selectFrom('things').select('id').where('id', '=', p.id).limit(1).forUpdate().skipLocked(),
  );
  await transaction(async (tx) => {
    await insertThing(tx, thing);
    expect(await locked(tx, { id: 'a' })).toEqual({ id: 'a' });
  });
});

test('upsert inserts the first time and updates after that', async () => {
  const add = (tx: Tx, p: Thing) =>
    upsert(tx, p, { update: (on, row) => updateThing(on, { ...row, flag: true }), insert: insertThing });
  await transaction((tx) => add(tx, thing));
  await transaction((tx) => add(tx, thing));
  expect((await findThing(world.platform.db.read, { id: 'a' }))?.amount).toBe(10);
});
