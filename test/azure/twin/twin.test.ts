/** T-SQL asked by the real driver has the effects on the twin that it has on a server. */
import mssql from 'mssql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inSqlite } from './rewrite.ts';
import { scan, statementsOf } from './scan.ts';
import { startTwin, type Twin } from './start.ts';

const start = Date.parse('2026-03-01T12:00:00.000Z');
let time: number;
let twin: Twin;
let pool: mssql.ConnectionPool;
beforeEach(async () => {
  time = start;
  twin = await startTwin(() => time);
  pool = new mssql.ConnectionPool({
    ...{
      server: '127.0.0.1',
      port: twin.port,
      user: 'sa',
      password: 'any',
      requestTimeout: 5000,
      validateConnection: 'socket',
    },
    options: { encrypt: false, abortTransactionOnError: true },
  });
  await pool.connect();
  await pool.request().batch(`
    CREATE TABLE things ( -- with a comment
      id nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT things_pk PRIMARY KEY NONCLUSTERED,
      name nvarchar(64) NULL,
      [count] int NOT NULL DEFAULT 0 CHECK ([count] >= 0),
      micros bigint NULL,
      share float NULL,
      done bit NOT NULL DEFAULT 0,
      data nvarchar(max) NULL CHECK (ISJSON(data) = 1),
      due_at datetime2(3) NULL,
      [cursor] rowversion NOT NULL
    );
    CREATE UNIQUE INDEX things_name ON things (name) WHERE name IS NOT NULL;`);
});
afterEach(async () => {
  await pool.close();
  await twin.close();
});

const ask = async (text: string, said: Record<string, unknown> = {}) => {
  const request = pool.request();
  for (const [name, value] of Object.entries(said)) request.input(name, value);
  return request.query(text);
};
const add = (id: string, more: Record<string, unknown> = {}) => {
  const said = { id, ...more };
  const names = Object.keys(said);
  return ask(
    `insert into [things] (${names.map((name) => `"${name}"`).join(', ')}) output "inserted"."id" as "id" values (${names.map((name) => `@${name}`).join(', ')})`,
    said,
  );
};

test('each type of column comes back as the driver gives it', async () => {
  const due_at = new Date('2026-03-01T12:00:00.123Z');
  await add('a', { name: "N'x", count: 3, micros: 2 ** 40, share: 0.5, done: true, data: '{"a":1}', due_at });
  await add('b');
  const { recordset } = await ask(`select * from things order by "id"`);
  expect(recordset).toEqual([
    {
      id: 'a',
      name: "N'x",
      count: 3,
      micros: String(2 ** 40),
      share: 0.5,
      done: true,
      data: '{"a":1}',
      due_at,
      cursor: Buffer.from('0000000000000001', 'hex'),
    },
    {
      id: 'b',
      name: null,
      count: 0,
      micros: null,
      share: null,
      done: false,
      data: null,
      due_at: null,
      cursor: Buffer.from('0000000000000002', 'hex'),
    },
  ]);
  expect(
    (await ask('select "id" from "things" where "cursor" > @after', { after: recordset[0].cursor })).recordset,
  ).toEqual([{ id: 'b' }]);
});

test('TOP, OUTPUT, hints and the time of the server mean what they say', async () => {
  for (const id of ['c', 'a', 'b']) await add(id, { due_at: new Date(start) });
  const sweep = `update "things" set "due_at" = dateadd(millisecond, @1 % 1000, dateadd(second, @1 / 1000, sysutcdatetime())), "count" = "count" + 1
    output "inserted"."id" as "id", "inserted"."due_at" as "at"
    where "due_at" <= sysutcdatetime() and "id" in (select top (@2) "id" from "things" with (rowlock, readpast, updlock) where "due_at" <= sysutcdatetime() order by "id")`;
  const at = new Date(start + 1500);
  expect((await ask(sweep, { 1: 1500, 2: 2 })).recordset).toEqual([
    { id: 'a', at },
    { id: 'b', at },
  ]);
  expect((await ask(sweep, { 1: 1500, 2: 2 })).recordset).toEqual([{ id: 'c', at }]);
  time += 1500;
  const [all] = (await ask('select count(*) as "n", sum("count") as "sum", max("due_at") as "last" from "things"'))
    .recordset;
  expect(all).toEqual({ n: '3', sum: '3', last: at });
  expect((await ask('select sysutcdatetime() as "now"')).recordset).toEqual([{ now: new Date(time) }]);
  expect(
    (await ask('delete from "things" output "deleted"."id" as "gone" where "id" = @1', { 1: 'a' })).recordset,
  ).toEqual([{ gone: 'a' }]);
});

test.each<[string, number, () => Promise<unknown>]>([
  ['a key that is there', 2627, () => add('a')],
  ['a unique index, in whatever case', 2601, () => add('b', { name: 'ONE' })],
  ['no value', 515, () => add('b', { done: null })],
  ['a rule', 547, () => add('b', { count: -1 })],
  ['text that is no JSON', 547, () => add('b', { data: 'x' })],
])('%s is refused by its number', async (_, number, broken) => {
  await add('a', { name: 'one' });
  await expect(broken()).rejects.toMatchObject({ number });
  await expect(add('A', { name: 'two' })).resolves.toMatchObject({ recordset: [{ id: 'A' }] });
});

describe('transactions', () => {
  test('who reads or writes beside one waits until it has ended', async () => {
    const transaction = pool.transaction();
    await transaction.begin();
    await transaction.request().query(`insert into things (id) values (N'a')`);
    const order: string[] = [];
    const read = ask('select count(*) as "n" from "things"').then(({ recordset }) =>
      order.push(`read ${recordset[0].n}`),
    );
    const other = pool.transaction();
    const began = other.begin().then(() => order.push('began'));
    await transaction.request().query(`insert into things (id) values (N'b')`);
    order.push('commit');
    await transaction.commit();
    await Promise.all([read, began]);
    await other.rollback();
    expect(order).toEqual(['commit', 'read 2', 'began']);
  });

  test('may stand in the text of a batch, whose error undoes them', async () => {
    const batch = (count: number) =>
      ask(
        'begin transaction; insert into things (id) values (@1); update things set [count] = @2 where id = @1 commit transaction',
        { 1: 'a', 2: count },
      );
    await expect(batch(-1)).rejects.toMatchObject({ number: 547 });
    await batch(1);
    expect((await ask('select [id], [count] from [things]')).recordset).toEqual([{ id: 'a', count: 1 }]);
  });

  test('may begin and end in texts of their own on one connection', async () => {
    const one = pool.transaction(); // lends its connection, and knows nothing of what is begun on it
    await one.begin();
    await one.rollback();
    const say = (text: string) => pool.request().batch(text);
    const { recordset } = await say('BEGIN TRANSACTION;\nSELECT SYSUTCDATETIME() AS at;');
    expect(recordset).toEqual([{ at: new Date(start) }]);
    await say(`insert into things (id) values (N'a')`);
    await say('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;');
    await say('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;');
    await say('BEGIN TRANSACTION;');
    await say(`insert into things (id) values (N'b')`);
    await say('COMMIT TRANSACTION;');
    expect((await ask('select [id] from [things]')).recordset).toEqual([{ id: 'b' }]);
    expect(
      twin.asked.map(({ kind }) => kind).filter((kind) => !['settings', 'connect', 'statement'].includes(kind)),
    ).toEqual(['begin', 'rollback', 'begin', 'rollback', 'rollback', 'begin', 'commit']);
  });

  test('who is cut off while it waits gives its turn on', async () => {
    const transaction = pool.transaction();
    await transaction.begin();
    const waiting = pool.request();
    const asked = waiting.query('select "id" from "things"');
    while (!twin.asked.some(({ text }) => text.includes('"id" from'))) await new Promise(setImmediate);
    waiting.cancel();
    await expect(asked).rejects.toMatchObject({ code: 'ECANCEL' });
    await transaction.commit();
    expect((await ask('select 1 as "one"')).recordset).toEqual([{ one: '1' }]);
  });
});

test.each([
  [
    `SELECT TOP (5) [a] FROM t WHERE x = N'top (1)' ORDER BY a`,
    `select "a" from t where x = 'top (1)' order by a limit 5`,
  ],
  [
    `select top (@1) a from t where b in (select top (2) c from u)`,
    'select a from t where b in ( select c from u limit 2 ) limit @1',
  ],
  [`insert into t (a) output inserted.a as a select 1`, 'insert into t ( a ) select 1 returning a as a'],
  [`with q as (select 1 as a) select a from q`, 'with q as ( select 1 as a ) select a from q'],
])('%s is said as %s', (tsql, sqlite) => {
  expect(statementsOf(scan(tsql)).map(inSqlite)).toEqual([sqlite]);
});
