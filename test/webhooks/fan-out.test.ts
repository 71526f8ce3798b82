import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { raiseActionItem } from '../../shared/access/action-items.ts';
import { settleActionItem } from '../../shared/access/settle-action-item.ts';
import { deletePrincipal } from '../../shared/access/principals.ts';
import { listActionItems } from '../../shared/access/list-action-items.ts';
import { changeWebhook } from '../../shared/webhooks/change.ts';
import { fanOutEvents } from '../../shared/webhooks/fan-out.ts';
import { runMaintenance } from '../../shared/maintenance/run.ts';
import { unpaused } from '../maintenance/unpaused.ts';
import { retryJob } from '../../shared/road/redeploy.ts';
import { putBudget } from '../../shared/budgets/set.ts';
import { admin, submitter } from '../road/town.ts';
import { openHooked, reader, type Hooked } from './a-hook.ts';

let h: Hooked;
beforeEach(async () => void (h = await openHooked()));
afterEach(() => h.close());

const deliveries = () => h.town.sql<{ about: string; webhook_id: string }>('select * from deliveries');
const item = { code: 'stuck', subject: 'writer', detail: 'It hangs.' };
const raise = () => h.town.platform.db.transaction('raise', (tx) => raiseActionItem(tx, item));
async function settle(): Promise<void> {
  const [raised] = await listActionItems(h.town.platform, admin, { limit: 1 });
  await settleActionItem(h.town.platform, admin, { item_id: raised?.item_id ?? '' });
}

describe('events', () => {
  test('reach who asked for them, once each, as the feed has them and in its order', async () => {
    await h.hook();
    const id = await h.town.started();
    await h.town.work();
    await h.tell();
    await h.tell();
    const jobs = ['job.submitted', 'approval.asked', 'approval.granted', 'job.started', 'job.succeeded'];
    expect(h.types()).toEqual(jobs);
    const [first] = h.heard();
    const [event] = await h.town.sql<{ hash: string; at: Date }>('select * from events where stream = ?', id);
    expect(first).toMatchObject({
      timestamp: event?.at.toISOString(),
      data: { event: { stream: id, number: 1, type: 'submitted', actor: 'sam', hash: event?.hash } },
    });
    expect(h.heard().map(({ data }) => data['job']?.['job_name'])).toEqual(jobs.map(() => 'report'));
  });

  test('of an end carry its reason', async () => {
    await h.hook({ event_types: ['job.failed'] });
    await h.town.started();
    await h.town.fail('writer', await h.town.one('writer'), false);
    await h.town.settle();
    await h.tell();
    expect(h.heard()).toMatchObject([
      { type: 'job.failed', data: { job: { reason: expect.stringContaining('it broke') } } },
    ]);
  });

  test('of an end carry the reason of that end, also when the job was retried since', async () => {
    await h.hook({ event_types: ['job.failed', 'job.cancelled'] });
    const job_id = await h.town.started();
    await h.town.fail('writer', await h.town.one('writer'), false);
    await h.town.settle();
    await retryJob(h.town.platform, submitter, { job_id });
    await h.town.cancel(job_id);
    await h.tell();
    expect(h.heard()).toMatchObject([
      { type: 'job.failed', data: { job: { reason: expect.stringContaining('it broke') } } },
      { type: 'job.cancelled', data: { job: { reason: expect.not.stringContaining('it broke') } } },
    ]);
  });

  test('are only those of the types that were asked for', async () => {
    await h.hook({ event_types: ['approval.*', 'job.cancelled'] });
    await h.town.cancel(await h.town.submitted());
    await h.tell();
    expect(h.types()).toEqual(['approval.asked', 'approval.voided', 'job.cancelled']);
  });

  test('that happened before there was a webhook are not for it', async () => {
    await h.town.submitted();
    await h.hook({ event_types: ['job.submitted'] });
    const later = await h.town.submitted();
    await h.tell();
    expect(h.heard().map(({ data }) => data.event?.['stream'])).toEqual([later]);
  });

  test('that happen while it is disabled are not for it either', async () => {
    const { webhook_id } = await h.hook({ event_types: ['job.submitted'], enabled: false });
    await h.town.submitted();
    await h.tell();
    await changeWebhook(h.town.platform, reader, { webhook_id, if_match: '*', enabled: true });
    await h.town.submitted();
    await h.tell();
    expect(h.types()).toHaveLength(1);
  });

  test('are all sent, also when there are more than one page of them', async () => {
    await h.hook({ event_types: ['job.submitted', 'job.cancelled'] });
    for (let count = 0; count < 120; count++) await h.town.cancel(await h.town.submit());
    h.town.lose();
    await fanOutEvents(h.town.platform);
    expect(new Set((await deliveries()).map(({ about }) => about)).size).toBe(240);
  });
});

test('a webhook that is made while the record is read misses nothing that came after it', async () => {
  await h.hook({ event_types: ['action_item.raised'] });
  await h.tell();
  const { read } = h.town.platform.db;
  let isFirst = true;
  const run: typeof read.run = async (query) => {
    const rows = await read.run(query);
    if (!isFirst || !query.sql.includes('from "webhooks"')) return rows;
    isFirst = false;
    await h.hook({ event_types: ['job.submitted'] });
    await h.town.submitted();
    return rows;
  };
  const { platform } = h.town;
  await fanOutEvents({ ...platform, db: { ...platform.db, read: { ...read, run } } });
  await h.tell();
  expect(h.types()).toEqual(['job.submitted']);
});

describe('an owner is told only of what it may see', () => {
  test('a submitter of its own jobs, their questions, and of nothing else', async () => {
    const other = { ...submitter, id: 'sue' };
    await h.town.person('sue', 'submitter');
    await h.hook({}, submitter);
    const own = await h.town.submitted();
    await h.town.submitted({}, { by: other });
    await raise();
    await h.tell();
    expect(h.heard().map(({ type, data }) => [type, data['job']?.['job_id']])).toEqual([
      ['job.submitted', own],
      ['approval.asked', own],
    ]);
  });

  test('nobody who was disabled, and not what is on its way to them', async () => {
    const webhook = await h.hook({ event_types: ['job.submitted'] });
    await h.town.submitted();
    await fanOutEvents(h.town.platform);
    await deletePrincipal(h.town.platform, admin, { id: reader.id });
    await h.town.settle();
    await h.town.submitted();
    await h.tell();
    expect(h.server.asked).toEqual([]);
    expect(await h.log(webhook, admin)).toMatchObject([{ state: 'failed', fault: 'its owner may not call any more' }]);
  });
});

describe('action items', () => {
  test('are told of when they are raised, and when they are done', async () => {
    await h.hook({ event_types: ['action_item.*'] });
    await raise();
    await h.tell();
    await settle();
    await h.tell();
    await h.tell();
    expect(h.heard()).toMatchObject([
      { type: 'action_item.raised', data: { ...item, done_at: null } },
      { type: 'action_item.done', data: { ...item, done_by: 'ada' } },
    ]);
  });

  test('are told of as raised and as done, also when they were raised and done between two times', async () => {
    await h.hook({ event_types: ['action_item.*'] });
    await raise();
    await h.town.world.advance(1);
    await settle();
    await h.tell();
    await raise(); // of another, all at one moment
    await h.tell();
    await settle();
    await h.tell();
    const both = ['action_item.raised', 'action_item.done'];
    expect(h.types()).toEqual([...both, ...both]);
  });

  test('of which nobody wants to hear are not kept for later', async () => {
    await raise();
    await h.tell();
    await h.hook({ event_types: ['action_item.raised'] });
    await h.tell();
    expect(h.server.asked).toEqual([]);
  });
});

describe('a budget', () => {
  test('is told of once when 80 % are spent, and once when all is', async () => {
    await h.hook({ event_types: ['budget.alert'] });
    await putBudget(h.town.platform, admin, { scope: 'month', limit_usd: 100 });
    for (const spent of [79, 80, 90, 101]) {
      await h.town.tamper('update budgets set spent_micros = ?', spent * 1_000_000);
      await h.tell();
    }
    expect(h.heard()).toMatchObject([
      { type: 'budget.alert', data: { threshold_percent: 80, budget: { spent_usd: 80, limit_usd: 100 } } },
      { type: 'budget.alert', data: { threshold_percent: 100 } },
    ]);
  });
});

const maintain = () => unpaused(h.town.world, runMaintenance(h.town.platform, admin, { seconds: 60 }));

test('what webhooks were told of budgets is asked once a time, however many there are', async () => {
  for (let count = 0; count < 3; count++) await h.hook({ event_types: ['budget.alert'] });
  await putBudget(h.town.platform, admin, { scope: 'month', limit_usd: 100 });
  await h.town.tamper('update budgets set spent_micros = limit_micros');
  const { platform } = h.town;
  const { read } = platform.db;
  const asked: string[] = [];
  const run: typeof read.run = (query) => {
    if (query.sql.includes('"about"')) asked.push(query.sql);
    return read.run(query);
  };
  await fanOutEvents({ ...platform, db: { ...platform.db, read: { ...read, run } } });
  expect(await deliveries()).toHaveLength(6);
  expect(asked).toHaveLength(1);
});

describe('the timer', () => {
  const transactions = async (): Promise<string[]> => {
    const opened: string[] = [];
    const { platform } = h.town;
    const counting: typeof platform.db.transaction = (name, work) => {
      opened.push(name);
      return platform.db.transaction(name, work);
    };
    await fanOutEvents({ ...platform, db: { ...platform.db, transaction: counting } });
    return opened;
  };

  test('writes nothing where nobody listens, and nothing where there is no news', async () => {
    await h.town.submitted();
    expect(await transactions()).toEqual([]);
    await h.hook();
    expect(await transactions()).toEqual(['fanOutEvents']); // its own making is an event
    expect(await transactions()).toEqual([]);
  });

  test('sends each event once, also when two instances run at once', async () => {
    await h.hook({ event_types: ['job.submitted'] });
    for (let count = 0; count < 5; count++) await h.town.submitted();
    await Promise.all([fanOutEvents(h.town.platform), fanOutEvents(h.town.platform)]);
    await h.town.settle();
    expect(h.types()).toHaveLength(5);
  });

  test('rings again for a delivery whose bell was lost', async () => {
    await h.hook({ event_types: ['job.submitted'] });
    await h.town.submitted();
    await fanOutEvents(h.town.platform);
    h.town.lose();
    await h.town.world.advance(2);
    await h.tell();
    expect(h.types()).toEqual(['job.submitted']);
  });

  test('rings again for deliveries also while what is new cannot be sent', async () => {
    await h.hook({ event_types: ['job.submitted'] });
    await h.town.submitted();
    await fanOutEvents(h.town.platform);
    h.town.lose();
    await h.town.world.advance(2);
    await h.town.submitted();
    const { platform } = h.town;
    const transaction: typeof platform.db.transaction = (name, work) =>
      name === 'fanOutEvents' ? Promise.reject(new Error('it is stuck')) : platform.db.transaction(name, work);
    await expect(fanOutEvents({ ...platform, db: { ...platform.db, transaction } })).rejects.toThrow('it is stuck');
    await h.town.settle();
    expect(h.types()).toEqual(['job.submitted']);
  });

  test('forgets deliveries that were settled five weeks ago', async () => {
    await h.hook({ event_types: ['job.submitted'] });
    await h.town.submitted();
    await h.tell();
    await h.town.world.advance(34 * 86_400);
    await maintain();
    expect(await deliveries()).toHaveLength(1);
    await h.town.world.advance(2 * 86_400);
    await maintain();
    expect(await deliveries()).toEqual([]);
  });
});

test('what died before its commit is sent by the next', async () => {
  let isDying = false;
  await h.close();
  h = await openHooked(
    {},
    {
      stop: (point, where) => {
        if (isDying && point === 'before-commit' && where === 'fanOutEvents') throw new Error('the process died');
        return undefined;
      },
    },
  );
  await h.hook({ event_types: ['job.submitted'] });
  await h.town.submitted();
  isDying = true;
  await expect(fanOutEvents(h.town.platform)).rejects.toThrow('the process died');
  expect(await deliveries()).toEqual([]);
  isDying = false;
  await h.tell();
  expect(h.types()).toEqual(['job.submitted']);
});
