import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { SendInput, type Message, type ReceivedMessage, type Settlement } from '../../shared/messages/message.ts';
import { postMessages } from '../../shared/messages/post.ts';
import { receiveMessages, type Receiving } from '../../shared/messages/receive.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { endOf, settleMessages } from '../../shared/messages/settle.ts';
import { lockDelivered } from '../../shared/messages/store.ts';
import { sweepMessages } from '../../shared/messages/sweep.ts';
import { store } from '../../shared/platform/database/statement.ts';
import { admin, callerOf, openCrew, type Crew } from '../tasks/crew.ts';

let crew: Crew;
beforeEach(async () => {
  crew = await openCrew();
  for (const id of ['alice', 'bert']) await crew.register(id);
});
afterEach(() => crew.close());

const message = (text: string, more: object = {}) => ({
  to_agent: 'bert',
  type: 'coordination',
  body: { text },
  ...more,
});
const send = (given: object, idempotency_key?: string) =>
  sendMessages(crew.platform, callerOf('alice'), { ...SendInput.parse(given), idempotency_key });
const receive = async (asked: Partial<Receiving> = {}, id = 'bert'): Promise<ReceivedMessage[]> =>
  (await receiveMessages(crew.platform, callerOf(id), { agent_id: id, max: 1, wait_seconds: 0, ...asked })).messages;
const settle = async (messages: ReceivedMessage[], action: Settlement['action'], id = 'bert') =>
  (
    await settleMessages(crew.platform, callerOf(id), {
      settle: messages.map(({ message_id, receipt }) => ({ message_id, receipt, action })),
    })
  ).settled.map(({ state }) => state);
const texts = (messages: ReceivedMessage[]) => messages.map(({ body }) => body['text']);

const { first } = store<{ messages: Message }>();
const findMessage = first((q, p: { id: string }) => q.selectFrom('messages').selectAll().where('id', '=', p.id));
const stored = (id: string) => findMessage(crew.platform.db.read, { id });

describe('a mailbox', () => {
  it('gives messages by urgency and age, each once while its lease lasts', async () => {
    await send(message('second'));
    await crew.advance(1);
    await send({ messages: [message('third'), message('first', { priority: 1, correlation_id: 'c', reply_to: 'r' })] });
    const first = await receive();
    expect(first).toMatchObject([{ from_id: 'alice', priority: 1, attempt: 1, correlation_id: 'c', reply_to: 'r' }]);
    expect(texts([...first, ...(await receive({ max: 5 }))])).toEqual(['first', 'second', 'third']);
    expect(await receive({ max: 5 })).toEqual([]);
    expect(await settle(first, 'acknowledge')).toEqual(['acknowledged']);
  });

  it('delivers again what was not acknowledged in time, and refuses the old receipt', async () => {
    await send(message('x'));
    const lost = await receive();
    await crew.advance(90);
    const again = await receive();
    expect(again).toMatchObject([{ attempt: 2 }]);
    await expect(settle(lost, 'acknowledge')).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await settle(again, 'acknowledge')).toEqual(['acknowledged']);
    expect(await settle(again, 'retry')).toEqual(['acknowledged']);
    await crew.advance(90);
    expect(await receive()).toEqual([]);
  });

  it('ends a message as a dead letter after three deliveries, or when its receiver says so', async () => {
    await send({ messages: [message('tired'), message('bad')] });
    const delivered = await receive({ max: 2 });
    const bad = delivered.filter(({ body }) => body['text'] === 'bad');
    expect(await settle(bad, 'dead_letter')).toEqual(['dead']);
    const tired = delivered.filter(({ body }) => body['text'] === 'tired');
    expect(await settle(tired, 'retry')).toEqual(['queued']);
    expect(await settle(await receive(), 'retry')).toEqual(['queued']);
    expect(await settle(await receive(), 'retry')).toEqual(['dead']);
    expect(await receive()).toEqual([]);
  });

  it('gives up what nobody ever acknowledges, with the reason', async () => {
    const [{ message_id } = { message_id: '' }] = (await send(message('x'))).messages;
    for (let delivery = 0; delivery < 3; delivery++) {
      expect(await receive()).toHaveLength(1);
      await crew.advance(90);
    }
    expect(await receive()).toEqual([]);
    expect(await stored(message_id)).toMatchObject({ state: 'dead', dead_reason: 'never acknowledged', attempts: 3 });
  });

  it('does not deliver what has expired', async () => {
    const [{ message_id } = { message_id: '' }] = (await send(message('x', { ttl_seconds: 10 }))).messages;
    await crew.advance(10);
    expect(await receive()).toEqual([]);
    await crew.platform.db.transaction('sweep', (tx) => sweepMessages(tx, 500));
    expect(await stored(message_id)).toMatchObject({ state: 'dead', dead_reason: 'expired' });
  });

  it('wakes who waits with the commit that fills it', async () => {
    const waiting = receive({ wait_seconds: 20 });
    await crew.advance(0.5);
    await crew.platform.db.transaction('post', (tx) =>
      postMessages(tx, [{ to_agent: 'bert', from_id: 'muster', type: 'approval_request', body: { question: 1 } }]),
    );
    expect(await waiting).toMatchObject([{ type: 'approval_request', from_id: 'muster', priority: 5 }]);
  });

  it('is for its owner alone', async () => {
    await send(message('x'));
    await expect(
      receiveMessages(crew.platform, callerOf('alice'), { agent_id: 'bert', max: 1, wait_seconds: 0 }),
    ).rejects.toMatchObject({ code: 'not_found' });
    await expect(settle(await receive(), 'acknowledge', 'alice')).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('gives one message to one of many receivers at once', async () => {
    await send({ messages: [message('a'), message('b'), message('c')] });
    const received = await Promise.all(Array.from({ length: 5 }, () => receive()));
    expect(received.flat()).toHaveLength(3);
    expect(new Set(texts(received.flat()))).toEqual(new Set(['a', 'b', 'c']));
  });
});

describe('sending', () => {
  it('goes to agents that exist, all or none', async () => {
    await expect(send({ messages: [message('x'), message('y', { to_agent: 'nobody' })] })).rejects.toMatchObject({
      code: 'channel_closed',
    });
    expect(await receive()).toEqual([]);
    await retireAgent(crew.platform, admin, { agent_id: 'bert' });
    await expect(send(message('x'))).rejects.toMatchObject({ code: 'channel_closed' });
  });

  it('takes up to a hundred at once', async () => {
    const answer = await send({ messages: Array.from({ length: 100 }, (_, i) => message(`${i}`)) });
    expect(new Set(answer.messages.map(({ message_id }) => message_id)).size).toBe(100);
    expect(await receive({ max: 100 })).toHaveLength(100);
    expect(SendInput.safeParse({ messages: Array.from({ length: 101 }, () => message('x')) }).success).toBe(false);
    await expect(send(message('x', { type: 'gossip' }))).rejects.toMatchObject({ code: 'invalid' });
  });

  it('twice with one key sends once', async () => {
    const first = await send({ messages: [message('x'), message('y')] }, 'key');
    expect(await send({ messages: [message('x'), message('y')] }, 'key')).toEqual(first);
    expect(await receive({ max: 9 })).toHaveLength(2);
    await expect(send(message('z'), 'key')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it.each([undefined, 'key'])('whose answer was lost is sent once, with the key %s', async (key) => {
    await crew.close();
    let asked = 0;
    crew = await openCrew(
      {},
      {
        engine: (engine) => ({
          ...engine,
          together: async (queries) => {
            const rows = await engine.together(queries);
            if (++asked === 1) throw Object.assign(new Error('the connection broke'), { code: 'ESOCKET' });
            return rows;
          },
        }),
      },
    );
    for (const id of ['alice', 'bert']) await crew.register(id);
    const sending = send(message('x', { ttl_seconds: 60 }), key);
    await crew.advance(1);
    const { messages } = await sending;
    expect(asked).toBe(2);
    expect(await receive({ max: 9 })).toMatchObject(messages.map(({ message_id }) => ({ message_id })));
  });

  it('to somebody who is there at the next try is no mistake of the first', async () => {
    await expect(send(message('x', { to_agent: 'late' }), 'key')).rejects.toMatchObject({ code: 'channel_closed' });
    await crew.register('late');
    expect((await send(message('x', { to_agent: 'late' }), 'key')).messages).toHaveLength(1);
    expect(await receive({}, 'late')).toHaveLength(1);
  });

  it('of nothing does nothing', async () => {
    expect(await crew.platform.db.transaction('post', (tx) => postMessages(tx, []))).toEqual([]);
  });
});

describe('settling', () => {
  const facts = { at: new Date('2026-03-01T12:00:00Z'), most_attempts: 3 };
  it('keeps the reason of a dead letter', () => {
    expect(endOf({ attempts: 1 }, { action: 'dead_letter', reason: 'not for me' }, facts)).toMatchObject({
      dead_reason: 'not for me',
    });
    expect(endOf({ attempts: 1 }, { action: 'dead_letter' }, facts)).toMatchObject({
      dead_reason: 'refused by its receiver',
    });
    expect(endOf({ attempts: 3 }, { action: 'retry' }, facts)).toMatchObject({
      dead_reason: 'not settled after 3 deliveries',
    });
  });

  it('leaves out what was delivered to another meanwhile', async () => {
    await send({ messages: [message('a'), message('b')] });
    const [first, second] = await receive({ max: 2 });
    if (first === undefined || second === undefined) throw new Error('expected two messages');
    expect(await settle([first, { ...second, receipt: 'rcpt_other' }], 'acknowledge')).toEqual(['acknowledged']);
    const delivery = { id: second.message_id, holder_id: 'bert', receipt: second.receipt };
    expect(await crew.platform.db.transaction('look', (tx) => lockDelivered(tx, delivery))).toMatchObject({
      state: 'received',
    });
  });
});
