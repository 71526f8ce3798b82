import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ResendInput } from '../../shared/messages/dead-letter.ts';
import { listDeadLetters } from '../../shared/messages/read-dead.ts';
import { resendDeadLetters } from '../../shared/messages/resend.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { admin } from '../tasks/crew.ts';
import { letter, openMail, texts, type Mail } from './mail.ts';

let mail: Mail;
beforeEach(async () => {
  mail = await openMail();
  await mail.register('alice');
  for (const id of ['bert', 'cleo']) await mail.register(id, { capabilities: ['lint'] });
});
afterEach(() => mail.close());

const list = (asked = {}) => listDeadLetters(mail.platform, { limit: 50, ...asked });
const resend = (input: object) => resendDeadLetters(mail.platform, admin, ResendInput.parse(input));

/** Sends and refuses, one a second; gives the ids. */
async function bury(...all: object[]): Promise<string[]> {
  const ids: string[] = [];
  for (const given of all) {
    await mail.advance(1);
    const [{ message_id } = { message_id: '' }] = await mail.send(given);
    ids.push(message_id);
    for (const id of ['bert', 'cleo'])
      await mail.settle(id, await mail.receive(id), 'dead_letter', { reason: 'not for me' }).catch(() => {});
  }
  return ids;
}

describe('dead letters', () => {
  it('are listed with their reasons, the newest first, a page at a time', async () => {
    const ids = await bury(
      letter({ to_agent: 'bert' }, 'a'),
      letter({ to_capability: 'lint' }, 'b'),
      letter({ to_agent: 'cleo' }, 'c'),
    );
    const first = await list({ limit: 2 });
    expect(texts(first)).toEqual(['c', 'b']);
    expect(first[1]).toMatchObject({
      to_agent: null,
      to_capability: 'lint',
      reason: 'not for me',
      attempts: 1,
      earlier: [],
    });
    expect(texts(await list({ limit: 2, before: ids[1] }))).toEqual(['a']);
  });

  it.each<[object, string[]]>([
    [{ to_agent: 'bert' }, ['a']],
    [{ to_capability: 'lint' }, ['b']],
    [{ type: 'error' }, ['c']],
    [{ from_id: 'alice' }, ['c', 'b', 'a']],
    [{ from_id: 'nobody' }, []],
  ])('that fit %j are found', async (filter, found) => {
    await bury(
      letter({ to_agent: 'bert' }, 'a'),
      letter({ to_capability: 'lint' }, 'b'),
      letter({ to_agent: 'cleo' }, 'c', { type: 'error' }),
    );
    expect(texts(await list(filter))).toEqual(found);
  });

  it('are sent again with new attempts and without a time to live; what they were is kept', async () => {
    const [{ message_id } = { message_id: '' }] = await mail.send(
      letter({ to_agent: 'bert' }, 'late', { ttl_seconds: 5 }),
    );
    await mail.advance(5);
    await mail.sweepMail();
    for (const reason of ['expired', 'not for me']) {
      expect(await list()).toMatchObject([{ message_id, reason }]);
      expect(await resend({ message_ids: [message_id] })).toEqual({ resent: [message_id], left: [] });
      const again = await mail.receive('bert');
      expect(again).toMatchObject([{ message_id, attempt: 1 }]);
      await mail.settle('bert', again, 'dead_letter', { reason: 'not for me' });
    }
    const [dead] = await list();
    expect(dead?.earlier).toMatchObject([
      { reason: 'expired', attempts: 0, resent_by: 'ada' },
      { reason: 'not for me', attempts: 1, resent_by: 'ada' },
    ]);
  });

  it('are sent again by a filter, and wake who waits for them', async () => {
    await bury(letter({ to_agent: 'bert' }, 'a'), letter({ to_agent: 'cleo' }, 'b'));
    const waiting = mail.receive('bert', { wait_seconds: 1.5 });
    await mail.advance(0.5);
    expect((await resend({ filter: { to_agent: 'bert' } })).resent).toHaveLength(1);
    expect(texts(await waiting)).toEqual(['a']);
    expect((await resend({ filter: {} })).resent).toHaveLength(1);
    expect(await list()).toEqual([]);
  });

  it('that are none, or whose receiver is gone, stay as they are', async () => {
    const [gone = '', alive = ''] = await bury(letter({ to_agent: 'bert' }), letter({ to_agent: 'cleo' }));
    await retireAgent(mail.platform, admin, { agent_id: 'bert' });
    expect(await resend({ message_ids: [gone, alive, 'msg_none'] })).toEqual({
      resent: [alive],
      left: [
        { message_id: gone, reason: 'nobody may receive it' },
        { message_id: 'msg_none', reason: 'it is no dead letter' },
      ],
    });
    expect((await resend({ message_ids: [alive] })).left).toHaveLength(1);
    for (const wrong of [{}, { message_ids: [gone], filter: {} }])
      expect(ResendInput.safeParse(wrong).success).toBe(false);
  });
});

describe('a message that is wanted again later', () => {
  it('comes back after its delay and not before, for whoever may take it', async () => {
    await mail.send(letter({ to_capability: 'lint' }));
    expect(await mail.settle('bert', await mail.receive('bert'), 'retry', { after_seconds: 30 })).toEqual(['delayed']);
    await mail.advance(29);
    await mail.sweepMail();
    expect(await mail.receive('bert')).toEqual([]);
    const waiting = mail.receive('cleo', { wait_seconds: 1.5 });
    await mail.advance(1);
    await mail.sweepMail();
    expect(await waiting).toMatchObject([{ attempt: 2 }]);
  });

  it('counts its deliveries all the same, and says so when it is asked twice', async () => {
    await mail.send(letter({ to_agent: 'bert' }));
    for (const state of ['delayed', 'delayed', 'dead']) {
      const got = await mail.receive('bert');
      expect(await mail.settle('bert', got, 'retry', { after_seconds: 1 })).toEqual([state]);
      expect(await mail.settle('bert', got, 'acknowledge')).toEqual([state]);
      await mail.advance(1);
    }
    expect(await list()).toMatchObject([{ reason: 'not settled after 3 deliveries', attempts: 3 }]);
  });
});
