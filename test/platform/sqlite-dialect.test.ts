/** What is said otherwise for SQLite than Kysely would, because SQLite plans by the values of bare parameters. */
import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { Placeholder } from '../../shared/platform/database/statement.ts';
import { sqliteBuilder } from '../../shared/platform/database/sqlite-dialect.ts';

interface Tables {
  jobs: { id: string; state: string };
}

const tables = sqliteBuilder() as unknown as Kysely<Tables>; // of no schema
const jobs = () => tables.selectFrom('jobs').select('id');
const change = () => tables.updateTable('jobs').set({ state: 'blocked' });

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

it('a key that an update was given is not returned', () => {
  const query = change().where('state', '=', 'submitted').where('id', '=', 'a').returning('id');
  expect(query.compile()).toMatchObject({
    sql: `update "jobs" set "state" = ? where "state" = 'submitted' and "id" = ? /* returning "id" = ?2 */`,
    parameters: ['blocked', 'a'],
  });
});

it.each([
  ['of a range', change().where('id', '>', 'a').returning('id')],
  ['of a list', change().where('id', 'in', ['a']).returning('id')],
  [
    'of either of two',
    change()
      .where((row) => row.or([row('id', '=', 'a'), row('id', '=', 'b')]))
      .returning('id'),
  ],
  ['that changes', tables.updateTable('jobs').set({ id: 'b' }).where('id', '=', 'a').returning('id')],
  ['beside another column', change().where('id', '=', 'a').returning(['id', 'state'])],
  ['that is a state', change().where('state', '=', 'submitted').returning('state')],
  ['of every row', change().returning('id')],
])('a key %s is returned', (_, query) => {
  expect(query.compile().sql).toMatch(/ returning "(id|state)"(, "state")?$/);
});
