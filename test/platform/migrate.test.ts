import { expect, test } from 'vitest';
import { migrate, migrations } from '../../shared/platform/database/migrate.ts';
import { SqliteConnection } from '../../shared/platform/database/sqlite-connection.ts';

const open = () => new SqliteConnection(':memory:', { time: () => Date.UTC(2026, 2, 1) }).raw;
const tables = (db: ReturnType<typeof open>) =>
  db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .all()
    .map(({ name }) => String(name));

test('every file is applied once, in order, and noted with the time of the database', () => {
  const db = open();
  expect(migrate(db)).toEqual(migrations().map(({ name }) => name));
  expect(tables(db)).toContain('jobs');
  expect(db.prepare('SELECT * FROM migrations').get()).toEqual({
    name: migrations()[0]?.name,
    applied_at: '2026-03-01T00:00:00.000Z',
  });
  expect(migrate(db)).toEqual([]);
});

test('a dry run names what is missing and changes nothing', () => {
  const db = open();
  expect(migrate(db, { dryRun: true })).toEqual(migrations().map(({ name }) => name));
  expect(tables(db)).toEqual([]);
  migrate(db);
  expect(migrate(db, { dryRun: true })).toEqual([]);
});

test('a migration that fails leaves nothing behind and says its name', () => {
  const db = open();
  db.exec('CREATE TABLE jobs (id TEXT)');
  expect(() => migrate(db)).toThrow(/migration 001_road\.sql failed/);
  expect(tables(db).toSorted()).toEqual(['jobs', 'migrations']);
  expect(db.prepare('SELECT count(*) AS n FROM migrations').get()).toEqual({ n: 0 });
});
