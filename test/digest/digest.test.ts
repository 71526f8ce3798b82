import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { raiseActionItem } from '../../shared/access/action-items.ts';
import { dailyDigest } from '../../shared/digest/daily.ts';
import { digestText, type Digest } from '../../shared/digest/digest.ts';
import { lastSlot } from '../../shared/platform/last-slot.ts';
import { RotaInput } from '../../shared/webhooks/rota/rota.ts';
import { putRota } from '../../shared/webhooks/rota/set.ts';
import { admin, submitter } from '../road/town.ts';
import { openHooked, type Hooked } from '../webhooks/a-hook.ts';

const at = (text: string) => new Date(`2026-03-${text}:00Z`);
const quiet: Digest = {
  ...{ day: '2026-03-02', from: at('01T09:00'), to: at('02T09:00') },
  ...{ submitted: 0, ended: [], spent_usd: 0, limit_usd: 1000 },
  ...{ questions: [], blocked: [], items: [], out: [], on_call: undefined },
};

describe('a digest', () => {
  test('of a quiet day says so', () => {
    expect(digestText(quiet).split('\n')).toEqual([
      'What happened:',
      'Jobs: 0 submitted, none ended.',
      'Spent this month: 0.00 of 1000.00 USD.',
      'What waits: nothing',
      'What is due: nothing',
    ]);
  });

  test('says what happened, what waits and what is due', () => {
    const items = Array.from({ length: 7 }, (_, n) => ({ name: 'stuck', id: `agent-${n}`, at: at('01T10:00') }));
    const digest: Digest = {
      ...quiet,
      ...{ submitted: 12, spent_usd: 12.345, items },
      ended: [
        { what: 'failed', count: 2 },
        { what: 'succeeded', count: 9 },
      ],
      questions: [
        { name: 'report', id: 'job_1', at: at('02T18:30') },
        { name: 'later', id: 'job_2', at: at('04T18:30') },
      ],
      blocked: [{ what: 'budget_exhausted', count: 3 }],
      out: [{ what: 'isolated', count: 1 }],
      on_call: { principal_id: 'ann', until: at('02T17:00'), next: 'ben' },
    };
    expect(digestText(digest).split('\n')).toEqual([
      'What happened:',
      'Jobs: 12 submitted, 11 ended (2 failed, 9 succeeded).',
      'Spent this month: 12.35 of 1000.00 USD.',
      'What waits:',
      'To look at: 7',
      ...[0, 1, 2, 3, 4].map((n) => `  stuck: agent-${n}, since 2026-03-01 10:00 UTC`),
      '  and 2 more',
      'Blocked jobs: 3 budget_exhausted',
      'Agents out of service: 1 isolated',
      'Open questions: 2',
      'What is due:',
      '  report (job_1) needs its answer by 2026-03-02 18:30 UTC',
      '  ben takes over from ann at 2026-03-02 17:00 UTC',
    ]);
  });

  test('says that there may be more than were looked at', () => {
    const items = Array.from({ length: 200 }, (_, n) => ({ name: 'stuck', id: `agent-${n}`, at: at('01T10:00') }));
    const text = digestText({ ...quiet, items, questions: items });
    for (const words of ['To look at: 200 or more', '  and at least 195 more', 'Open questions: 200 or more'])
      expect(text.split('\n')).toContain(words);
  });

  test('is due at its time of the day', () => {
    expect(lastSlot(at('02T23:59'), { hour: 9, minute: 0 })).toEqual(at('02T09:00'));
    expect(lastSlot(at('02T09:00'), { hour: 9, minute: 0 })).toEqual(at('02T09:00'));
    expect(lastSlot(at('02T00:01'), { hour: 23, minute: 58 })).toEqual(at('01T23:58'));
  });
});

describe('the digest of the day', () => {
  let h: Hooked;
  beforeEach(async () => {
    h = await openHooked({}, { at: at('02T08:00') });
    await dailyDigest(h.town.platform); // that of yesterday is over
  });
  afterEach(() => h.close());

  const tick = async (): Promise<void> => {
    await dailyDigest(h.town.platform);
    await h.town.settle();
  };
  const asking = (more: object = {}) => h.hook({ event_types: ['digest.daily'], ...more });

  test('is sent once a day from its time on, whoever and however many try', async () => {
    await asking();
    const slots: string[] = [];
    for (let minutes = 0; minutes < 48 * 60; minutes += 30) {
      const before = h.server.asked.length;
      await Promise.all([tick(), tick()]);
      if (h.server.asked.length > before) slots.push(h.town.world.clock.now().toISOString());
      await h.town.world.advance(1800);
    }
    expect(slots).toEqual(['2026-03-02T09:00:00.000Z', '2026-03-03T09:00:00.000Z']);
    expect(h.server.asked).toHaveLength(2);
  });

  test('tells of the last day what there is to tell', async () => {
    await asking();
    await h.town.started();
    await h.town.work();
    const waiting = await h.town.submitted({ required_tools: [{ tool_name: 'saw' }] });
    const asked = await h.town.submitted();
    const item = { code: 'stuck', subject: 'writer', detail: 'It hangs.' };
    await h.town.platform.db.transaction('raise', (tx) => raiseActionItem(tx, item));
    await h.town.world.advance(3600);
    await tick();
    expect(await h.town.state(waiting)).toBe('blocked');
    expect(h.heard()).toMatchObject([
      {
        type: 'digest.daily',
        data: {
          ...{ day: '2026-03-02', submitted: 3, ended: [{ what: 'succeeded', count: 1 }], limit_usd: 1000 },
          ...{ blocked: [{ what: 'not_ready', count: 1 }], questions: [{ name: 'report', id: asked }] },
          ...{ items: [{ name: 'stuck', id: 'writer' }] },
        },
      },
    ]);
  });

  test('goes to whoever is on call, unless the rota says that it does not', async () => {
    await h.town.person('ann');
    const { webhook_id } = await h.hook({ format: 'slack', event_types: [] });
    const weekly = { time_zone: 'UTC', handover: { weekday: 'monday', time: '09:00' }, starts_on: '2026-03-02' };
    const rota = RotaInput.parse({ ...weekly, members: [{ principal_id: 'ann', webhook_id }] });
    await putRota(h.town.platform, admin, rota);
    await h.town.world.advance(3600);
    await tick();
    expect(JSON.parse(h.server.asked[0]?.body ?? '')).toMatchObject({ text: 'The day: 2026-03-02' });
    await putRota(h.town.platform, admin, { ...rota, digest: false, if_match: '*' });
    await h.town.world.advance(86_400);
    await tick();
    expect(h.server.asked).toHaveLength(1);
  });

  test('is nothing for a submitter, and is put together for nobody where nobody asks', async () => {
    await h.hook({ event_types: ['*'] }, submitter);
    await h.town.world.advance(3600);
    await tick();
    expect(h.server.asked).toEqual([]);
    expect(await h.town.sql('select day from digests order by day')).toEqual([
      { day: '2026-03-01' },
      { day: '2026-03-02' },
    ]);
  });
});

test('a digest of the last minutes of a day is sent at the first tick of the next', async () => {
  const h = await openHooked({ DAILY_DIGEST_AT: '23:58' }, { at: at('02T23:55') });
  await dailyDigest(h.town.platform);
  await h.hook({ event_types: ['digest.daily'] });
  await h.town.world.advance(300);
  await dailyDigest(h.town.platform);
  await h.town.settle();
  expect(h.heard()).toMatchObject([{ type: 'digest.daily', data: { day: '2026-03-02' } }]);
  await h.close();
});

test('no digest is sent where the setting says so', async () => {
  const h = await openHooked({ DAILY_DIGEST_AT: 'off' }, { at: at('02T10:00') });
  await h.hook({ event_types: ['digest.daily'] });
  await dailyDigest(h.town.platform);
  expect(await h.town.sql('select day from digests')).toEqual([]);
  await h.close();
});
