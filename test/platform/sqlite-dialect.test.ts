/** What is said otherwise for SQLite than Kysely would, because SQLite plans by the values of bare parameters. */
import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { Placeholder } from '../../shared/platform/database/statement.ts';
import { sqliteBuilder } from '../../shared/platform/database/sqlite-dialect.ts';

interface Tables {
  jobs: { id: string; state: string };
}

const jobs = () => (sqliteBuilder() as unknown as Kysely<Tables>).selectFrom('jobs').select('id'); // of no schema

it('a state that is known is said as it is', () => {
  expect(jobs().where('jobs.state', '=', 'blocked').compile().sql).toContain(`where "jobs"."state" = 'blocked'`);
});

it('a state that is bound later, or is none, is never a bare parameter', () => {
  const later = new Placeholder('state') as unknown as string; // as a store builds it
  for (const state of [later, `it's`])
    expect(jobs().where('state', '=', state).compile()).toMatchObject({
      sql: `select "id" from "jobs" where "state" = ? || ''`,
      parameters: [state],
    });
});

it('other columns, lists and limits are as ever', () => {
  const query = jobs().where('id', '=', 'a').where('state', 'in', ['blocked']).limit(5);
  expect(query.compile().sql).toContain(`where "id" = ? and "state" in (?) limit 5`);
});
