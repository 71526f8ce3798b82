/** `npm run migrate` against a server, by the real driver. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { schemaFiles } from '../../docs/generate/tsql-schema.ts';
import { migrated, openServer, type Server } from './a-server.ts';

let server: Server;
beforeEach(async () => {
  server = await openServer();
});
afterEach(() => server.close());

const query = (sql: string) => server.database.raw.prepare(sql).all() as { name: string }[];
const tables = () => query("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) => name);
const applied = () => query('SELECT name FROM migrations ORDER BY name').map(({ name }) => name);

test('applies what is missing, in order, and then nothing', async () => {
  expect(await migrated(server)).toEqual(schemaFiles());
  expect(applied()).toEqual(schemaFiles());
  expect(tables()).toContain('jobs');
  expect(server.known.versions).toBe(1);
  expect(await migrated(server)).toEqual([]);
  expect(server.known.versions).toBe(1);
});

test('takes a lock first, and gives up when another has it for long', async () => {
  server.known.lock = -1n;
  await expect(migrated(server)).rejects.toThrow('Another migration of this database has not ended');
  expect(tables()).toEqual([]);
});

test('a dry run says what is missing, without a lock, and changes nothing', async () => {
  server.known.lock = -1n;
  expect(await migrated(server, true)).toEqual(schemaFiles());
  expect(tables()).toEqual([]);
});

test('one that fails leaves nothing of its file, and says its name', async () => {
  server.faults.order({ on: 'statement', how: 2714, text: /CREATE UNIQUE INDEX data_keys/ });
  await expect(migrated(server)).rejects.toThrow('migration 002_data_keys.sql failed; nothing of it has happened');
  expect(applied()).toEqual(['001_road.sql']);
  expect(tables()).not.toContain('data_keys');
  expect(await migrated(server)).toEqual(schemaFiles().slice(1));
});

test('waits for a database that wakes up', async () => {
  server.faults.order({ on: 'connect', how: 40613, times: 9 });
  expect(await migrated(server, true)).toEqual(schemaFiles());
});

test('does not wait for a server that is not there', async () => {
  server.faults.order({ on: 'connect', how: 'reset', times: 9 });
  await expect(migrated(server, true)).rejects.toMatchObject({ code: 'ESOCKET' });
  expect(server.asked).toEqual([]);
});

test('is refused with a wrong password at once', async () => {
  server.faults.order({ on: 'connect', how: 18456, times: 9 });
  await expect(migrated(server, true)).rejects.toMatchObject({ number: 18456 });
});
