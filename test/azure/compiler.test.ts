/** How the statements of the stores read in T-SQL. */
import { sql, type Generated } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Kind } from '../../shared/platform/database/azure-sql/columns.ts';
import { tsqlBuilder } from '../../shared/platform/database/azure-sql/dialect.ts';
import { sendAll, type Sending } from '../../shared/messages/store/send.ts';
import { isSettled, now, store } from '../../shared/platform/database/statement.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import { readConfig } from '../../shared/platform/config.ts';

interface Task {
  id: string;
  job_id: string;
  queue_id: string;
  state: string;
  priority: number;
  input: object;
  cost_micros: number;
  progress: number | null;
  priced: boolean;
  lease_until: Date | null;
  time_limit_seconds: number;
}

interface Tables {
  tasks: Task;
  jobs: { id: string; waits_for: string | null; due_seconds: number };
  events: { cursor: Generated<number>; stream: string; number: number; data: object };
  predictors: { prediction_key: string; state: object };
  nowhere: { a: number };
}

const { all, change, tables } = store<Tables>();
const { builder, shapeOf } = tsqlBuilder();

interface Said {
  sql: string;
  parameters: readonly unknown[];
  kinds: readonly (Kind | undefined)[] | undefined;
  answers: boolean | undefined;
  decoded: [string, string][];
}

/** A database that answers nothing and keeps what it was asked. */
const asked: Said[] = [];
const on: Reads = {
  builder,
  config: readConfig({}),
  run: async (query) => {
    const shape = shapeOf(query);
    const { sql, parameters } = query;
    asked.push({ sql, parameters, kinds: shape?.kinds, answers: shape?.answers, decoded: [...(shape?.decoded ?? [])] });
    return [];
  },
};
const tx = { ...on, ring: () => {}, hint: () => {} };

async function said(statement: Promise<unknown>): Promise<Said> {
  await statement;
  const last = asked.pop();
  if (last === undefined) throw new Error('nothing was asked');
  return last;
}

describe('reading', () => {
  it('says each column in the place of a star, and TOP for a limit', async () => {
    const read = all((q, p: { key: string; limit: number }) =>
      q
        .selectFrom('predictors')
        .selectAll()
        .where('prediction_key', '>', p.key)
        .orderBy('prediction_key')
        .limit(p.limit),
    );
    expect(await said(read(on, { key: 'job:a', limit: 3 }))).toEqual({
      sql: 'select top (@1) "prediction_key", "state", "changed_at" from "predictors" where "prediction_key" > @2 order by "prediction_key"',
      parameters: [3, 'job:a'],
      kinds: [undefined, 'text'],
      answers: true,
      decoded: [['state', 'json']],
    });
  });

  it('qualifies a star where tables are joined, and takes that of one table alone', async () => {
    const read = all((q, _: object) =>
      q.selectFrom('events as e').innerJoin('predictors', 'predictors.prediction_key', 'e.stream').selectAll('e'),
    );
    const { sql, decoded } = await said(read(on, {}));
    expect(sql).toMatch(
      /^select "e"."cursor", "e"."stream", .* "e"."hash" from "events" as "e" inner join "predictors"/,
    );
    expect(decoded).toEqual([
      ['cursor', 'cursor'],
      ['data', 'json'],
    ]);
  });

  it('leaves the star of a table that the schema does not have', async () => {
    expect((await said(on.run(tables(on).selectFrom('nowhere').selectAll().compile()))).sql).toBe(
      'select * from "nowhere"',
    );
  });

  it('passes locked rows over by hints', async () => {
    const read = all((q, p: { queue_id: string }) =>
      q.selectFrom('tasks as t').select('t.id').where('queue_id', '=', p.queue_id).limit(2).forUpdate().skipLocked(),
    );
    expect((await said(read(on, { queue_id: 'q' }))).sql).toBe(
      'select top (2) "t"."id" from "tasks" as "t" with (rowlock, readpast, updlock, readcommittedlock) where "queue_id" = @1',
    );
  });

  it('gives each parameter the kind of the column that it is held against, also in lists, sums and subqueries', async () => {
    const read = all((q, p: { cursor: number; micros: number; job_id: string }) =>
      q
        .selectFrom('tasks')
        .select('id')
        .where((row) => row(row('cost_micros', '+', p.micros), '<=', row.ref('cost_micros')))
        .where('job_id', 'in', [p.job_id, 'job_2'])
        .where('id', 'in', (inner) => inner.selectFrom('events').select('stream').where('cursor', '<', p.cursor)),
    );
    expect((await said(read(on, { cursor: 1, micros: 2, job_id: 'j' }))).kinds).toEqual([
      'bigint',
      'text',
      'text',
      'cursor',
    ]);
  });
});

describe('locking', () => {
  it('touches the row and then reads it, with each parameter once', async () => {
    const lock = all((q, p: { id: string }) =>
      q.selectFrom('jobs').select('waits_for').where('id', '=', p.id).forUpdate(),
    );
    expect(await said(lock(on, { id: 'job_1' }))).toMatchObject({
      sql: 'update "jobs" set "touched_at" = sysutcdatetime() where "id" = @1; select "waits_for" from "jobs" where "id" = @1',
      parameters: ['job_1'],
      kinds: ['text'],
      answers: true,
    });
  });

  it('touches only the first rows where there is a limit', async () => {
    const lock = all((q, p: { job_id: string }) =>
      q.selectFrom('tasks').select('state').where('job_id', '=', p.job_id).orderBy('id', 'desc').limit(1).forUpdate(),
    );
    expect((await said(lock(on, { job_id: 'j' }))).sql).toBe(
      'update "tasks" set "touched_at" = sysutcdatetime() where "id" in (select top (1) "id" from "tasks" where "job_id" = @1 order by "id" desc); ' +
        'select top (1) "state" from "tasks" where "job_id" = @1 order by "id" desc',
    );
  });

  it('is for rows of one table, by a condition', () => {
    const lockAll = () => tables(on).selectFrom('jobs').select('id').forUpdate().compile();
    expect(lockAll).toThrow('locks rows of one table, by a condition');
  });
});

describe('writing', () => {
  it('returns columns by OUTPUT, under the names they were asked for', async () => {
    const update = change((q, p: { id: string; progress: number | null; lease_until: Date | null }) =>
      q
        .updateTable('tasks')
        .set({ progress: p.progress, lease_until: p.lease_until, priced: true })
        .where('id', '=', p.id)
        .returning(['tasks.id as task_id', 'input']),
    );
    expect(await said(update(tx, { id: 't', progress: null, lease_until: null }))).toEqual({
      sql: 'update "tasks" set "progress" = @1, "lease_until" = @2, "priced" = @3 output "inserted"."id" as "task_id", "inserted"."input" as "input" where "id" = @4',
      parameters: [null, null, true, 't'],
      kinds: ['float', 'time', 'bit', 'text'],
      answers: true,
      decoded: [['input', 'json']],
    });
  });

  it('says what was deleted, and gives no rows where none are asked for', async () => {
    const returned = change((q, p: { id: string }) => q.deleteFrom('tasks').where('id', '=', p.id).returning('state'));
    expect((await said(returned(tx, { id: 't' }))).sql).toBe(
      'delete from "tasks" output "deleted"."state" as "state" where "id" = @1',
    );
    const quiet = change((q, p: { id: string }) => q.deleteFrom('tasks').where('id', '=', p.id));
    expect((await said(quiet(tx, { id: 't' }))).answers).toBe(false);
  });

  it('gives each value of new rows the kind of its column', async () => {
    const insert = store<Tables>().rows((q, rows: { stream: string; number: number; data: object }[]) =>
      q
        .insertInto('events')
        .values(rows.map(({ stream, number, data }) => ({ stream, number, data })))
        .returning('cursor'),
    );
    expect(
      await said(
        insert(tx, [
          { stream: 's', number: 1, data: {} },
          { stream: 's', number: 2, data: {} },
        ]),
      ),
    ).toEqual({
      sql: 'insert into "events" ("stream", "number", "data") output "inserted"."cursor" as "cursor" values (@1, @2, @3), (@4, @5, @6)',
      parameters: ['s', 1, {}, 's', 2, {}],
      kinds: ['text', 'int', 'json', 'text', 'int', 'json'],
      answers: true,
      decoded: [['cursor', 'cursor']],
    });
  });

  it('gives values of long lists, which are compiled themselves, the same kinds, whatever a caller writes in them', async () => {
    const message = (at: number): Sending => ({
      ...{
        id: `msg_${at}`,
        mailbox: 'agent:a',
        to_agent: 'a',
        from_id: 'b',
        type: 'custom' as const,
        priority: 1,
        correlation_id: null,
      },
      ...{ reply_to: null, ttl_seconds: 60, first_id: 'msg_0', key: '', body: { name: 'priority' } },
      version: 0,
    });
    for (const count of [1, 17]) {
      const messages = Array.from({ length: count }, (_, at) => message(at));
      const { kinds } = await said(sendAll(tx, messages));
      expect(kinds?.slice(0, 10)).toEqual([
        ...['text', 'text', 'text', 'text', 'text', 'int', 'json', 'text', 'text', 'milliseconds'],
      ]);
    }
  });

  it('returns columns and nothing else', () => {
    const counting = () =>
      tables(on)
        .deleteFrom('tasks')
        .where('id', '=', 't')
        .returning(sql<number>`count(*)`.as('n'))
        .compile();
    expect(counting).toThrow('by their names');
  });
});

describe('what is written by hand', () => {
  it('has times of the server: now, in seconds from now, and by the seconds of a column', async () => {
    const update = change((q, p: { seconds: number | null }) =>
      q
        .updateTable('tasks')
        .set((row) => ({
          lease_until: sql<Date>`case when 1 = 1 then now_plus(time_limit_seconds) else ${now(p.seconds)} end`,
          state: sql<string>`case when ${row.ref('lease_until')} < ${now()} then 'late' else 'it''s' end`,
        }))
        .where('lease_until', '<', sql<Date>`now_plus(${sql.ref('time_limit_seconds')})`),
    );
    expect(await said(update(tx, { seconds: 1.5 }))).toMatchObject({
      sql:
        'update "tasks" set "lease_until" = case when 1 = 1 then dateadd(second, time_limit_seconds, sysutcdatetime()) ' +
        'else dateadd(millisecond, @1 % 1000, dateadd(second, @1 / 1000, sysutcdatetime())) end, ' +
        `"state" = case when "lease_until" < sysutcdatetime() then N'late' else N'it''s' end ` +
        'where "lease_until" < dateadd(second, "time_limit_seconds", sysutcdatetime())',
      kinds: ['milliseconds'],
    });
  });

  it('takes the kind of a parameter from its name, and else from its value', async () => {
    const update = change((q, p: { progress: number | null; most: number }) =>
      q
        .updateTable('tasks')
        .set({ progress: sql<number>`coalesce(${p.progress}, progress)`, priority: sql<number>`priority + ${p.most}` })
        .where('id', '=', 't'),
    );
    expect((await said(update(tx, { progress: null, most: 1 }))).kinds).toEqual(['float', undefined, 'text']);
  });

  it('asks for rows below which nothing is missing', async () => {
    const read = all((q, _: object) => q.selectFrom('events as e').select('e.cursor').where(isSettled('e.cursor')));
    expect((await said(read(on, {}))).sql).toBe(
      'select "e"."cursor" from "events" as "e" where "e"."cursor" < min_active_rowversion()',
    );
  });

  it('has the words of a state in the text, so that filtered indexes serve them, and what callers say beside it', async () => {
    const read = tables(on)
      .selectFrom('tasks')
      .select('id')
      .where('state', 'in', ['queued', "it's"])
      .where('job_id', '=', 'j');
    expect(await said(on.run(read.compile()))).toMatchObject({
      sql: `select "id" from "tasks" where "state" in (N'queued', N'it''s') and "job_id" = @1`,
      parameters: ['j'],
    });
    const filtered = all((q, p: { state: string }) => q.selectFrom('tasks').select('id').where('state', '=', p.state));
    expect((await said(filtered(on, { state: 'x' }))).parameters).toEqual(['x']);
  });
});
