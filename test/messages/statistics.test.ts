import { afterEach, beforeEach, expect, it } from 'vitest';
import { getMessageStatistics } from '../../shared/messages/statistics.ts';
import { letter, openMail, type Mail } from './mail.ts';

let mail: Mail;
beforeEach(async () => {
  mail = await openMail();
  for (const id of ['alice', 'bert']) await mail.register(id);
});
afterEach(() => mail.close());

const figures = () => getMessageStatistics(mail.platform.db.read);

it('counts nothing where there is nothing', async () => {
  const { all, by_type } = await figures();
  expect(by_type).toEqual([]);
  expect(all).toMatchObject({ total: 0, oldest_seconds: null, seconds_to_receive: null });
});

it('counts messages by type and state, how many come, and how long they wait', async () => {
  const to = { to_agent: 'bert' };
  await mail.send({ messages: [letter(to), letter(to), letter(to)] });
  await mail.advance(2);
  const [first, second, third] = await mail.receive('bert');
  if (first === undefined || second === undefined || third === undefined) throw new Error('expected three');
  await mail.settle('bert', [first], 'acknowledge');
  await mail.settle('bert', [second], 'dead_letter');
  await mail.settle('bert', [third], 'retry', { after_seconds: 1000 });
  await mail.advance(118);
  await mail.send({ messages: [letter(to, 'x', { type: 'error' }), letter(to, 'y', { type: 'error', priority: 1 })] });
  await mail.advance(1);
  expect(await mail.receive('bert', { max: 1 })).toHaveLength(1);
  await mail.advance(9);
  const { all, by_type } = await figures();
  expect(all).toEqual({
    ...{ total: 5, queued: 1, delayed: 1, in_flight: 1, acknowledged: 1, dead: 1 },
    oldest_seconds: 130,
    per_minute: { last_1: 2, last_5: 1, last_15: 5 / 15 },
    seconds_to_receive: { p50: 2, p95: 2 },
  });
  expect(by_type).toMatchObject([
    {
      type: 'coordination',
      total: 3,
      queued: 0,
      oldest_seconds: 130,
      per_minute: { last_1: 0 },
      seconds_to_receive: { p50: 2 },
    },
    {
      type: 'error',
      total: 2,
      queued: 1,
      oldest_seconds: 10,
      per_minute: { last_1: 2 },
      seconds_to_receive: { p50: 1 },
    },
  ]);
});
