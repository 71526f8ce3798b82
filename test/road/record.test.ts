/** The record of a road that was gone: whole, sealed, and the first bad line named when it was tampered with. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putBudget } from '../../shared/budgets/set.ts';
import { eventFeed } from '../../shared/events/feed.ts';
import { listSeals, sealRecord } from '../../shared/events/seal.ts';
import { checkRecord } from '../../shared/insights/check-record.ts';
import { recordInDatabase } from '../../shared/insights/record-source.ts';
import { admin, openTown, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const check = () => checkRecord(recordInDatabase(town.platform.db.read, town.platform.sealer));

/** Jobs with every kind of end, tools, resources and budgets. */
async function muchHappens(): Promise<string> {
  await town.tool('linter', { rate_limit: 100 });
  await town.resource('bench', 8);
  await putBudget(town.platform, admin, { scope: 'month', limit_usd: 100 });
  const first = await town.started({ required_tools: [{ tool_name: 'linter' }], max_budget_usd: 1 });
  await town.work({ input_tokens: 10, output_tokens: 1 });
  await town.cancel(await town.submitted());
  const rejected = await town.submitted();
  for (const head of ['hanna', 'hugo']) await town.vote(rejected, head, { decision: 'no', reasoning: 'no' });
  await town.settle();
  return first;
}

describe('the record', () => {
  test('is whole, before and after its seals', async () => {
    await muchHappens();
    expect(await check()).toMatchObject({ seals: 0, bad: null });
    await sealRecord(town.platform);
    await sealRecord(town.platform);
    expect(await check()).toMatchObject({ seals: 1, bad: null });
    await town.submitted();
    await town.world.advance(86_400);
    await sealRecord(town.platform);
    const [first, second] = await listSeals(town.platform.db.read);
    expect(first?.through_cursor).toBeLessThan(second?.through_cursor ?? 0);
    expect(await check()).toMatchObject({ seals: 2, bad: null });
  });

  test('is sealed on, also when the process clock was set back since', async () => {
    await town.submitted();
    await sealRecord(town.platform);
    town.world.clock.skewProcess(-90);
    for (let times = 0; times < 2; times++) {
      await town.submitted();
      await sealRecord(town.platform);
      await sealRecord(town.platform);
    }
    const seals = await listSeals(town.platform.db.read);
    expect(seals).toHaveLength(3);
    const streams = seals.flatMap(({ heads }) => heads.map(({ stream, number }) => `${stream} ${number}`));
    expect(new Set(streams).size).toBe(streams.length);
    expect(await check()).toMatchObject({ seals: 3, bad: null });
  });

  const tampering: [what: string, statement: string, bad: object][] = [
    [
      'an event whose content was changed',
      "update events set data = '{}' where number = 2",
      { number: 2, what: 'its content does not give its hash' },
    ],
    [
      'an event whose actor was changed',
      "update events set actor = 'eve' where number = 3",
      { number: 3, what: 'its content does not give its hash' },
    ],
    [
      'an event whose time was changed',
      "update events set at = '2020-01-01T00:00:00.000Z' where number = 4",
      { number: 4 },
    ],
    ['an event that was taken out', 'delete from events where number = 2', { number: 3, what: 'event 2 is missing' }],
    [
      'the last events that were taken out',
      'delete from events where number >= 6',
      { what: expect.stringContaining('its last event is 5') as string },
    ],
    [
      'a row that was set back',
      "update jobs set version = version - 1, state = 'executing'",
      { what: expect.stringMatching(/the row is at version \d+, its last event is \d+/) as string },
    ],
    ['a row that names another hash', "update jobs set head_hash = 'x'", { what: 'the row names another last hash' }],
    [
      'a row that nobody recorded',
      "delete from events where stream like 'tool:%'",
      { stream: 'tool:linter', what: 'the row has no events' },
    ],
    [
      'a seal that was changed',
      "update seals set signature = 'AAAA'",
      { number: 0, what: 'its signature is not by the key that was given' },
    ],
    ['a seal that signs less than it did', "update seals set heads = '[]'", { number: 0 }],
  ];
  test.each(tampering)('names the first bad line: %s', async (_, statement, bad) => {
    const id = await muchHappens();
    await sealRecord(town.platform);
    await town.tamper(
      statement
        .replace(' where number', ` where stream = '${id}' and number`)
        .replace(/^(update jobs .*)$/, `$1 where id = '${id}'`),
    );
    expect((await check()).bad).toMatchObject({
      ...(statement.includes('seals') || statement.includes('tool') ? {} : { stream: id }),
      ...bad,
    });
  });

  test('of a stream that was written anew is found by its seal', async () => {
    const id = await town.submitted();
    await sealRecord(town.platform);
    await town.tamper('delete from events where stream = ? and number = 3', id);
    await town.tamper(
      'update jobs set version = 2, head_hash = (select hash from events where stream = jobs.id and number = 2) where id = ?',
      id,
    );
    expect((await check()).bad).toMatchObject({ stream: id, number: 3 });
  });
});

describe('the change feed', () => {
  const feed = (after: number, wait_seconds = 0, limit = 100, signal = new AbortController().signal) =>
    eventFeed(town.platform, { after, limit, wait_seconds }, signal);

  test('gives every event once, in pages', async () => {
    await muchHappens();
    const seen: string[] = [];
    for (let after = 0; ;) {
      const page = await feed(after, 0, 7);
      if (page.length === 0) break;
      seen.push(...page.map(({ stream, number }) => `${stream} ${number}`));
      after = page.at(-1)?.cursor ?? after;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(await town.sql('select count(*) n from events')).toEqual([{ n: seen.length }]);
  });

  test('waits for what comes next, and no longer', async () => {
    const last = (await feed(0)).at(-1)?.cursor ?? 0;
    expect(await feed(last)).toEqual([]);
    const next = feed(last, 20);
    const id = await town.submit();
    expect((await next).map(({ stream, type }) => [stream, type])).toEqual([[id, 'submitted']]);
  });

  test('gives up when its time is over, or the caller has gone', async () => {
    const last = (await feed(0)).at(-1)?.cursor ?? 0;
    const late = feed(last, 20);
    await town.world.advance(21);
    expect(await late).toEqual([]);
    const gone = new AbortController();
    const waiting = feed(last, 20, 100, gone.signal);
    gone.abort();
    expect(await waiting).toEqual([]);
  });

  test('has what another process has written within seconds', async () => {
    const last = (await feed(0)).at(-1)?.cursor ?? 0;
    const next = feed(last, 20);
    await town.tamper(
      `insert into events (stream, number, type, at, actor, data, hash) values ('s', 1, 't', '2026-01-01T00:00:00.000Z', 'a', '{}', 'h')`,
    );
    await town.world.advance(3);
    expect(await next).toHaveLength(1);
  });
});
