/** `npm run migrate` against a server, by the real driver. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { schemaFiles } from '../../docs/generate/tsql-schema.ts';
import { admit, type AppUser } from '../../shared/platform/database/azure-sql/app-user.ts';
import { readConfig } from '../../shared/platform/config.ts';
import {
  findApplied,
  migrateAzureSql,
  readVersions,
  takeLock,
} from '../../shared/platform/database/azure-sql/migrate.ts';
import { handClock } from '../world/clock.ts';
import type { Result, Session } from './tds/executor.ts';
import { startStandIn, type StandIn } from './tds/server.ts';
import type { Value } from './tds/values.ts';
import { TwinDatabase } from './twin/database.ts';
import { TwinSession } from './twin/session.ts';

const clock = handClock(new Date('2026-03-01T12:00:00.000Z'));
let database: TwinDatabase;
let standIn: StandIn;
/** What sp_getapplock says. */
let outcome: bigint;
let versions: number;
/** Whose users were made. */
let admitted: Value[][];

/** What only a server knows: its locks, its settings, whether it has a table. */
class Server extends TwinSession implements Session {
  override async execute(text: string, parameters: ReadonlyMap<string, Value>, signal: AbortSignal): Promise<Result[]> {
    if (text === takeLock) return [{ columns: [{ name: 'outcome', type: 'bigint' }], rows: [[outcome]] }];
    if (text === admit) admitted.push([...parameters.values()]);
    if (text === admit) return [];
    if (text === readVersions) versions += 1;
    if (text === readVersions || (text === findApplied && !tables().includes('migrations'))) return [];
    return super.execute(text === findApplied ? 'select name from migrations' : text, parameters, signal);
  }
}

const query = (sql: string) => database.raw.prepare(sql).all() as { name: string }[];
const tables = () => query("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) => name);
const applied = () => query('SELECT name FROM migrations ORDER BY name').map(({ name }) => name);

beforeEach(async () => {
  database = new TwinDatabase(clock.database);
  standIn = await startStandIn(() => new Server(database));
  [outcome, versions, admitted] = [0n, 0, []];
});
afterEach(async () => {
  await standIn.close();
  database.raw.close();
});

const migrate = async (dryRun = false, user?: AppUser) => {
  const config = readConfig({
    AZURE_SQL_SERVER: `127.0.0.1,${standIn.port}`,
    AZURE_SQL_USERNAME: 'sa',
    AZURE_SQL_PASSWORD: 'any',
    AZURE_SQL_TRUST_CERTIFICATE: 'true',
  });
  return (await migrateAzureSql({ config, clock: { ...clock, sleep: async () => {} }, dryRun, user })).map(
    ({ name }) => name,
  );
};

test('applies what is missing, in order, and then nothing', async () => {
  expect(await migrate()).toEqual(schemaFiles());
  expect(applied()).toEqual(schemaFiles());
  expect(tables()).toContain('jobs');
  expect(versions).toBe(1);
  expect(await migrate()).toEqual([]);
  expect(versions).toBe(1);
});

test('takes a lock first, and gives up when another has it for long', async () => {
  outcome = -1n;
  await expect(migrate()).rejects.toThrow('Another migration of this database has not ended');
  expect(tables()).toEqual([]);
});

test('a dry run says what is missing, without a lock, and changes nothing', async () => {
  outcome = -1n;
  expect(await migrate(true)).toEqual(schemaFiles());
  expect(tables()).toEqual([]);
});

test('one that fails leaves nothing of its file, and says its name', async () => {
  standIn.faults.order({ on: 'statement', how: 2714, text: /CREATE UNIQUE INDEX data_keys/ });
  await expect(migrate()).rejects.toThrow('migration 002_data_keys.sql failed; nothing of it has happened');
  expect(applied()).toEqual(['001_road.sql']);
  expect(tables()).not.toContain('data_keys');
  expect(await migrate()).toEqual(['002_data_keys.sql']);
});

test('waits for a database that wakes up', async () => {
  standIn.faults.order({ on: 'connect', how: 40613, times: 9 });
  expect(await migrate(true)).toEqual(schemaFiles());
});

test('does not wait for a server that is not there', async () => {
  standIn.faults.order({ on: 'connect', how: 'reset', times: 9 });
  await expect(migrate(true)).rejects.toMatchObject({ code: 'ESOCKET' });
  expect(standIn.asked).toEqual([]);
});

test('is refused with a wrong password at once', async () => {
  standIn.faults.order({ on: 'connect', how: 18456, times: 9 });
  await expect(migrate(true)).rejects.toMatchObject({ number: 18456 });
});

const user = { name: 'id-muster', client_id: '485edd25-697f-454e-8fbb-b554e6ce2842' };

test("makes the app's user once the schema is there, each time it is asked to", async () => {
  await migrate(false, user);
  await migrate(false, user);
  await migrate(true, user);
  expect(admitted).toEqual([
    [user.name, user.client_id],
    [user.name, user.client_id],
  ]);
});

test("says what the server says when the operator may not make the app's user", async () => {
  standIn.faults.order({ on: 'statement', how: 15247, text: /create user/ });
  await expect(migrate(false, user)).rejects.toMatchObject({ number: 15247 });
  expect(applied()).toEqual(schemaFiles());
});
