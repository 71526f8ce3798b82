/** The stand-in speaks as the driver expects: values, results, transactions, logins. */
import mssql from 'mssql';
import { afterEach, describe, expect, test } from 'vitest';
import { openDesk, type Desk, type DeskOptions } from './a-desk.ts';

let desk: Desk;
afterEach(() => desk.close());

const open = async (options: DeskOptions = {}): Promise<Desk> => {
  desk = await openDesk(options);
  await desk.pool.connect();
  return desk;
};

const long = 'ä😀'.repeat(20_000);
const values: Record<string, [type: mssql.ISqlType | (() => mssql.ISqlType), value: unknown, comes?: unknown]> = {
  'a whole number': [mssql.Int(), -42],
  'a large one': [mssql.BigInt(), 2 ** 53 - 1, String(2 ** 53 - 1)],
  'a negative large one': [mssql.BigInt(), -(2 ** 40), String(-(2 ** 40))],
  'a fraction': [mssql.Float(), 0.1],
  truth: [mssql.Bit(), true],
  'a lie': [mssql.Bit(), false],
  'a time': [mssql.DateTime2(3), new Date('2026-03-01T12:00:00.123Z')],
  'a time long ago': [mssql.DateTime2(3), new Date('0001-01-02T03:04:05.006Z')],
  'a time to seven digits': [mssql.DateTime2(7), new Date('2026-03-01T23:59:59.999Z')],
  'a time of the old type': [mssql.DateTime(), new Date('2026-03-01T12:00:00.120Z')],
  text: [mssql.NVarChar(128), 'grüße 😀 \0 '],
  'no text': [mssql.NVarChar(128), ''],
  'text without bounds': [mssql.NVarChar(mssql.MAX), long],
  'no text without bounds': [mssql.NVarChar(mssql.MAX), ''],
  bytes: [mssql.VarBinary(8), Buffer.from('00000000000007d1', 'hex')],
  nothing: [mssql.NVarChar(128), null],
  'nothing without bounds': [mssql.NVarChar(mssql.MAX), null],
  'no number': [mssql.BigInt(), null],
  'no time': [mssql.DateTime2(3), null],
};

describe.each([
  ['in the clear', false],
  ['encrypted', true],
])('values %s', (_, encrypt) => {
  test.each(Object.entries(values))('%s comes back as it went', async (_name, [type, value, comes = value]) => {
    const { pool } = await open({ encrypt });
    const { recordset } = await pool.request().input('said', type, value).query('echo');
    expect(recordset[0]).toEqual({ said: comes });
  });
});

test('many values go in one request, and nulls stay where they were', async () => {
  const { pool } = await open();
  const request = pool.request();
  const said = Array.from({ length: 20 }, (_, at) => (at % 3 === 0 ? null : `value ${at}`));
  for (const [at, value] of said.entries()) request.input(String(at + 1), mssql.NVarChar(64), value);
  const { recordset } = await request.query('echo');
  expect(recordset[0]).toEqual(Object.fromEntries(said.map((value, at) => [String(at + 1), value])));
});

test.each([512, 4096, 16_383])('answers of many packets of %i bytes come whole', async (packetSize) => {
  const { pool } = await open({ packetSize });
  const { recordset } = await pool.request().query('count 5000');
  expect(recordset.map(({ number }: { number: number }) => number)).toEqual(
    Array.from({ length: 5000 }, (_, at) => at),
  );
});

test.each([
  ['call', (pool: mssql.ConnectionPool, text: string) => pool.request().query(text)],
  ['batch', (pool: mssql.ConnectionPool, text: string) => pool.request().batch(text)],
])('a %s gives each of its results', async (_, ask) => {
  const { pool, written } = await open();
  const { recordsets } = await ask(pool, 'count 2+0+1');
  expect(recordsets).toEqual([[{ number: 0 }, { number: 1 }], [], [{ number: 0 }]]);
  const { rowsAffected } = await ask(pool, 'write one');
  expect([rowsAffected, written]).toEqual([[1], ['one']]);
});

test('what a transaction wrote is there after its commit, and not after its rollback', async () => {
  const { pool, written } = await open();
  const kept = pool.transaction();
  await kept.begin();
  await kept.request().query('write kept');
  expect(written).toEqual([]);
  await kept.commit();
  await desk.transaction('undone', 'rollbackTransaction');
  expect(written).toEqual(['kept']);
});

test('an error comes with its number, and ends the transaction it came in', async () => {
  const { pool, written } = await open();
  const transaction = pool.transaction();
  await transaction.begin();
  await transaction.request().query('write one');
  await expect(transaction.request().query('fail 1205')).rejects.toMatchObject({ number: 1205, message: 'as asked' });
  await expect(transaction.commit()).rejects.toMatchObject({ code: 'EABORT' });
  await expect(pool.request().query('count 1')).resolves.toMatchObject({ rowsAffected: [1] });
  expect(written).toEqual([]);
});

test('a request that the stand-in cannot do is an error that says so', async () => {
  const { pool } = await open();
  await expect(pool.request().query('dance')).rejects.toMatchObject({ number: 2812, message: 'there is no dance' });
});

test('who comes with a wrong password is refused, and who brings a token comes in', async () => {
  desk = await openDesk({ password: 'wrong' });
  await expect(desk.pool.connect()).rejects.toMatchObject({ code: 'ELOGIN', message: 'Login failed for sa' });
  await desk.close();
  const { pool } = await open({ token: 'valid', encrypt: true });
  await expect(pool.request().query('count 1')).resolves.toMatchObject({ rowsAffected: [1] });
});
