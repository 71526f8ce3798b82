/** Row 15 of the proof: old rows, and jobs in each state, through every migration. */
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { sealedValues } from '../../shared/access/sealed.ts';
import { migrations } from '../../shared/platform/database/migrate.ts';
import { jobStates } from '../../shared/jobs/job.ts';
import { readSnapshot, snapshots } from './snapshot.ts';
import { rowsOf, schemaOf, upgraded, type Upgraded } from './upgraded.ts';

const versions = migrations().map(({ name }) => basename(name, '.sql'));

test('there is a database of each version of the schema: `node test/upgrade/make-snapshot.ts` makes the newest', () => {
  expect(snapshots()).toEqual(versions);
});

/** Tables without a row: in no snapshot, or in those before the version that is named. */
const empty: Record<string, { before?: string; because: string }> = {
  data_keys: { because: 'it is written where there is a key vault, with whose keys alone it could be read' },
  message_deaths: { before: '006_plans', because: 'nothing wrote it' },
  message_types: { before: '006_plans', because: 'nothing wrote it' },
  channel_lists: { before: '006_plans', because: 'nothing wrote it' },
  refused_messages: { before: '006_plans', because: 'nothing wrote it' },
};

test.each(versions)('a database of %s has rows in each table, but for those with a reason', (version) => {
  const database = new DatabaseSync(':memory:', { enableForeignKeyConstraints: false });
  database.exec(readSnapshot(version));
  const tables = rowsOf(database);
  const expected = Object.entries(empty).filter(([name, { before = '~' }]) => tables.has(name) && version < before);
  const bare = [...tables].filter(([, rows]) => rows.length === 0).map(([name]) => name);
  expect(bare.toSorted()).toEqual(expected.map(([name]) => name).toSorted());
});

let now: Upgraded | undefined;
afterEach(async () => {
  await now?.close();
  now = undefined;
});

describe.each(versions)('a database of %s', (version) => {
  test('loses nothing', async () => {
    now = await upgraded(version);
    expect(now.lost()).toEqual([]);
  });

  test('can open what was sealed', async () => {
    now = await upgraded(version);
    const { sealer, db } = now.town.platform;
    const ids = await now.town.sql<{ id: string }>('select id from sealed_values');
    const values = await sealedValues(
      db.read,
      ids.map(({ id }) => id),
    );
    const opened = await Promise.all(values.map((value) => sealer.open(value, value.path)));
    expect(opened).toContain('"plain"');
    expect(opened.length).toBe(ids.length);
  });

  test('comes to the schema of a new one', async () => {
    now = await upgraded(version);
    const fresh = new DatabaseSync(':memory:');
    fresh.exec('create table migrations (name TEXT PRIMARY KEY, applied_at TEXT_TIME NOT NULL)');
    for (const { sql } of migrations()) fresh.exec(sql);
    expect(now.schema()).toEqual(schemaOf(fresh));
  });

  test('has a job in each state in which one can rest, and each comes to its end', async () => {
    now = await upgraded(version);
    const seen = await now.town.sql<{ state: string }>('select distinct state from jobs');
    const notYet = version < '006_plans' ? ['compensating', 'rolled_back'] : [];
    const passing = ['approved', ...notYet]; // never at rest, or not there in that version
    expect(seen.map(({ state }) => state).toSorted()).toEqual(
      jobStates.filter((state) => !passing.includes(state)).toSorted(),
    );
    expect(await now.goOn()).toEqual([]);
  });
});

describe('what these are for: a migration', () => {
  const newest = versions.at(-1) ?? '';

  test.each([
    [
      'that drops rows',
      'delete from ballots where voter_id = (select min(voter_id) from ballots)',
      /of ballots is lost/,
    ],
    [
      'that changes what was said',
      "update deployments set definition = json_set(definition, '$.priority', 1)",
      /of deployments/,
    ],
    ['that loses a table', 'drop table durations', /the table durations is gone/],
  ])('%s is found out', async (_, more, complaint) => {
    now = await upgraded(newest, more);
    expect(now.lost().join('\n')).toMatch(complaint);
  });

  test.each([
    ['that forgets what is due', 'update jobs set due_at = null', /estimated came to estimated/],
    ['that touches what is recorded', "update events set data = '{}' where number = 2", /the record is not whole/],
    ['that gives a task to nobody', 'delete from queue_agents', /came to executing/],
  ])('%s is found out too', async (_, more, complaint) => {
    now = await upgraded(newest, more);
    expect((await now.goOn()).join('\n')).toMatch(complaint);
  });
});
