/** Each transition has exactly one event; a stream has no gap and its chain verifies. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyRun, type Busy } from './busy.ts';

/** Notes each write that changes a version, with the states it went between; a write may tell several transitions. */
const watch = ['jobs', 'approvals', 'agents'].flatMap((table) => [
  `create table moved_${table} (stream text, began integer, number integer, was text, became text)`,
  `create trigger note_${table} after update on ${table} when new.version <> old.version or new.state <> old.state
   begin insert into moved_${table} values (new.id, old.version, new.version, old.state, new.state); end`,
]);

const streams = `
  select id stream, version, head_hash from jobs union all select id, version, head_hash from approvals
  union all select 'agent:' || id, version, head_hash from agents
  union all select 'principal:' || id, version, head_hash from principals
  union all select 'tool:' || name, version, head_hash from tools
  union all select 'resource:' || name, version, head_hash from resources
  union all select 'budget:' || scope || ':' || period, version, head_hash from budgets`;

interface Line {
  stream: string;
  number: number;
  type: string;
  at: Date;
  actor: string;
  trace: string | null;
  data: { from?: string; to?: string };
  hash: string;
}

/** JSON with sorted members; enough of RFC 8785 for what is recorded here. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`;
}

describe.each([71, 72])('in the run of seed %i', (seed) => {
  let busy: Busy;
  beforeAll(async () => {
    busy = await busyRun({ seed, watch });
  }, 60_000);
  afterAll(() => busy.close());

  /** Follows every chain from its beginning and holds its end against the row. */
  async function badLines(): Promise<string[]> {
    const bad: string[] = [];
    const ends = new Map<string, { number: number; hash: string }>();
    for (const line of await busy.town.sql<Line>('select * from events order by stream, number')) {
      const { stream, number, type, at, actor, trace, data, hash } = line;
      const before = ends.get(stream) ?? { number: 0, hash: '0'.repeat(64) };
      const text = canonical({ stream, number, type, at: at.toISOString(), actor, trace, data });
      const expected = createHash('sha256')
        .update(before.hash + text)
        .digest('hex');
      if (number !== before.number + 1 || hash !== expected) bad.push(`${stream} ${number}`);
      ends.set(stream, { number, hash });
    }
    for (const row of await busy.town.sql<{ stream: string; version: number; head_hash: string }>(streams)) {
      const end = ends.get(row.stream);
      if (end?.number !== row.version || end.hash !== row.head_hash) bad.push(`${row.stream} row`);
      ends.delete(row.stream);
    }
    return [...bad, ...ends.keys()];
  }

  /** Transitions that no event tells as they were, and versions that moved more than once. */
  async function untold(): Promise<string[]> {
    const bad: string[] = [];
    for (const table of ['jobs', 'approvals', 'agents']) {
      const prefix = table === 'agents' ? "'agent:' || " : '';
      const rows = await busy.town.sql<{
        stream: string;
        number: number;
        was: string;
        became: string;
        steps: number;
        n: number;
        path: string;
      }>(
        `select m.*, m.number - m.began steps,
           (select count(*) from moved_${table} o where o.stream = m.stream and o.number > m.began and o.began < m.number) n,
           (select json_group_array(json(data)) from (select data from events e where e.stream = ${prefix}m.stream
              and e.number > m.began and e.number <= m.number order by e.number)) path
         from moved_${table} m`,
      );
      for (const { stream, number, was, became, steps, n, path } of rows) {
        const told = JSON.parse(path) as Line['data'][];
        const leads = [was, ...told.map(({ to }) => to)].every(
          (state, i) => i === told.length || told[i]?.from === state,
        );
        const fits = table !== 'jobs' || (leads && told.at(-1)?.to === became);
        if (n !== 1 || steps < 1 || told.length !== steps || !fits)
          bad.push(`${stream} ${number}: ${was} to ${became}`);
      }
    }
    return bad;
  }

  test('every chain is whole, and every row stands at its end', async () => {
    expect(await badLines()).toEqual([]);
  });

  test('every transition is told, as it was, by one event', async () => {
    expect(await untold()).toEqual([]);
  });

  test('a forged line, and a change without an event, would be found', async () => {
    await busy.town.tamper("update events set actor = 'eve' where cursor = 7");
    expect((await badLines()).length).toBeGreaterThan(0);
    await busy.town.tamper("update jobs set state = 'executing' where id = (select id from jobs limit 1)");
    expect((await untold()).length).toBeGreaterThan(0);
  });
});
