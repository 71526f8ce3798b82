/** A statement that the reader would misread fails, and is named. */
import { CompiledQuery, sql, type Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { sqliteBuilder } from '../../../shared/platform/database/sqlite-dialect.ts';
import { explored } from './explore.ts';
import { newRecording, newRun, note } from './recorder.ts';

interface Tables {
  jobs: { id: string; state: string };
  sqlite_master: { name: string };
}
const builder = sqliteBuilder() as unknown as Kysely<Tables>; // every builder says all tables

const jobs = builder.selectFrom('jobs').selectAll();

it.each<[string, CompiledQuery]>([
  ['odd: it is text by hand: update jobs set', CompiledQuery.raw("update jobs set state = 'cancelled'")],
  [
    'odd: text by hand in it names a table: select',
    jobs.where(sql<boolean>`id in (select job_id from tasks)`).compile(),
  ],
  [
    'odd: it has a WithNode: with',
    builder
      .with('some', () => jobs)
      .selectFrom('some')
      .selectAll()
      .compile(),
  ],
  ['odd: it names sqlite_master, which is no table', builder.selectFrom('sqlite_master').selectAll().compile()],
  [
    'odd: it has a OnConflictNode: insert',
    builder
      .insertInto('jobs')
      .values({ id: 'a', state: 'b' })
      .onConflict((on) => on.doNothing())
      .compile(),
  ],
])('%s', (words, query) => {
  const [recording, run] = [newRecording(), newRun('odd')];
  note(recording, run, { query: jobs.compile(), rows: [] });
  note(recording, run, { query, rows: [] });
  expect(() => explored({ ...recording, runs: [run] })).toThrow(words);
});
