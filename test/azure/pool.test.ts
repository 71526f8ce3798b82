/** The pool of connections to Azure SQL, by the real driver. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPool, type Pool } from '../../shared/platform/database/azure-sql/pool.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { openLedger, type Ledger } from './a-ledger.ts';

let ledger: Ledger;
let pool: Pool;

beforeEach(async () => {
  ledger = await openLedger(() => 0);
  const settings = {
    AZURE_SQL_SERVER: `127.0.0.1,${ledger.port}`,
    AZURE_SQL_USERNAME: 'sa',
    AZURE_SQL_PASSWORD: 'right',
    AZURE_SQL_TRUST_CERTIFICATE: 'true',
  };
  pool = await openPool(readConfig(settings), { connect: 2000, request: 500 });
});
afterEach(async () => {
  await pool.close();
  await ledger.close();
});

test('each of the logins that are refused at once is told its own number', async () => {
  const session = await pool.lend();
  const numbers = [18_456, 18_470, 18_487, 18_488, 18_452, 18_461];
  for (const number of numbers) ledger.faults.order({ on: 'connect', how: number });
  const outcomes = await Promise.allSettled(numbers.map(() => pool.lend()));
  session.release();
  const told = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
  expect(new Set(told.map(({ message }) => message))).toEqual(new Set(numbers.map((each) => `planted ${each}`)));
  expect(told.map(({ number }) => `planted ${number}`)).toEqual(told.map(({ message }) => message));
});

test('a pool that is closed lends nothing, and connects no more', async () => {
  (await pool.lend()).release();
  await pool.close();
  ledger.asked.splice(0);
  await expect(pool.lend()).rejects.toThrow('the database is closed');
  expect(ledger.asked).toEqual([]);
});
