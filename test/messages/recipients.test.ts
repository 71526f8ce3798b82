import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SendInput } from '../../shared/messages/message.ts';
import { drainAgent } from '../../shared/liveness/drain.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { restoreAgent } from '../../shared/liveness/restore.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { admin, callerOf } from '../tasks/crew.ts';
import { letter, openMail, texts, type Mail } from './mail.ts';

let mail: Mail;
beforeEach(async () => {
  mail = await openMail();
  await mail.register('alice');
  for (const id of ['bert', 'cleo']) await mail.register(id, { capabilities: ['lint', `only.${id}`] });
});
afterEach(() => mail.close());

const lint = { to_capability: 'lint' };

describe('a message to a capability', () => {
  it('goes to one of those who have it, and to nobody else', async () => {
    expect(await mail.send(letter(lint))).toMatchObject([{ to_agent: null, to_capability: 'lint' }]);
    expect(await mail.receive('alice')).toEqual([]);
    const taken = await Promise.all(['bert', 'cleo', 'bert', 'cleo'].map((id) => mail.receive(id)));
    expect(taken.flat()).toMatchObject([{ to_capability: 'lint', attempt: 1 }]);
  });

  it('stands among those to the agent itself, by urgency and age', async () => {
    await mail.send(letter(lint, 'third'));
    await mail.advance(1);
    await mail.send({
      messages: [letter({ to_agent: 'bert' }, 'first', { priority: 1 }), letter(lint, 'second', { priority: 2 })],
    });
    await mail.send(letter({ to_agent: 'bert' }, 'fourth'));
    expect(texts(await mail.receive('bert', { max: 3 }))).toEqual(['first', 'second', 'third']);
    expect(texts(await mail.receive('bert'))).toEqual(['fourth']);
  });

  it('can be settled by its taker alone, and goes to another when that one is gone', async () => {
    await mail.send(letter(lint));
    const taken = await mail.receive('bert');
    await expect(mail.settle('cleo', taken, 'acknowledge')).rejects.toMatchObject({ code: 'lease_lost' });
    await mail.advance(90);
    const again = await mail.receive('cleo');
    expect(again).toMatchObject([{ attempt: 2 }]);
    await expect(mail.settle('bert', taken, 'acknowledge')).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await mail.settle('cleo', again, 'acknowledge')).toEqual(['acknowledged']);
  });

  it('wakes those who wait and may take it', async () => {
    const waiting = ['bert', 'cleo'].map((id) => mail.receive(id, { wait_seconds: 1.5 }));
    await mail.advance(0.5);
    await mail.send(letter(lint));
    await mail.advance(0);
    await mail.advance(1.2);
    expect((await Promise.all(waiting)).flat()).toHaveLength(1);
  });

  it('that nobody has is refused', async () => {
    await expect(mail.send(letter({ to_capability: 'fly' }))).rejects.toMatchObject({
      code: 'channel_closed',
      facts: { detail: 'There is no agent with the capability fly to send to.' },
    });
  });

  it('reaches who has it by now: what an agent can do may change', async () => {
    await mail.send(letter({ to_capability: 'only.bert' }));
    await mail.register('bert', { capabilities: [] });
    await mail.register('alice', { capabilities: ['only.bert'] });
    expect(await mail.receive('bert')).toEqual([]);
    expect(await mail.receive('alice')).toHaveLength(1);
  });
});

describe('a message to a role', () => {
  it('is a copy for each of its agents but the sender', async () => {
    await mail.register('sam', { role: 'supervisor' });
    const sent = await mail.send(letter({ to_role: 'worker' }));
    expect(sent.map(({ to_agent }) => to_agent)).toEqual(['bert', 'cleo']);
    for (const id of ['bert', 'cleo']) expect(await mail.receive(id)).toHaveLength(1);
    for (const id of ['alice', 'sam']) expect(await mail.receive(id)).toEqual([]);
  });

  it('is for those who are registered then; its repeat gives the first answer', async () => {
    const first = await mail.send(letter({ to_role: 'worker' }), callerOf('alice'), 'key');
    await mail.register('dora');
    expect(await mail.send(letter({ to_role: 'worker' }), callerOf('alice'), 'key')).toEqual(first);
    expect(await mail.receive('dora')).toEqual([]);
  });

  it('that nobody else has is refused', async () => {
    await expect(mail.send(letter({ to_role: 'observer' }))).rejects.toMatchObject({ code: 'channel_closed' });
  });

  it('makes at most a hundred messages a call', async () => {
    const letters = Array.from({ length: 50 }, () => letter({ to_role: 'worker' }));
    expect(await mail.send({ messages: letters })).toHaveLength(100);
    await expect(mail.send({ messages: [...letters, letter({ to_agent: 'bert' })] })).rejects.toMatchObject({
      code: 'too_many_messages',
    });
  });
});

describe('an agent that is out of service', () => {
  it('is given nothing while it is isolated, and what waited when it is restored', async () => {
    await mail.send(letter({ to_agent: 'bert' }));
    await isolateAgent(mail.platform, admin, { agent_id: 'bert', reason: 'it lies' });
    await expect(mail.receive('bert')).rejects.toMatchObject({ code: 'agent_not_active' });
    await mail.send(letter({ to_agent: 'bert' }));
    await restoreAgent(mail.platform, admin, { agent_id: 'bert' });
    expect(await mail.receive('bert')).toHaveLength(2);
  });

  it('is given what is to itself alone while it drains', async () => {
    await mail.send({ messages: [letter(lint, 'anybody'), letter({ to_agent: 'bert' }, 'bert')] });
    await drainAgent(mail.platform, admin, { agent_id: 'bert' });
    expect(texts(await mail.receive('bert'))).toEqual(['bert']);
    expect(texts(await mail.receive('cleo'))).toEqual(['anybody']);
  });

  it('leaves dead letters with the reason when it is retired, and gets no more', async () => {
    await mail.send(letter({ to_agent: 'bert' }, 'held'));
    await mail.receive('bert');
    for (const [text, to] of [
      ['can', { to_capability: 'only.bert' }],
      ['waiting', { to_agent: 'bert' }],
    ] as const) {
      await mail.advance(1);
      await mail.send(letter(to, text));
    }
    await retireAgent(mail.platform, admin, { agent_id: 'bert' });
    await mail.sweepMail();
    expect(await mail.messages()).toMatchObject([
      { body: { text: 'held' }, state: 'dead', dead_reason: 'its receiver was retired' },
      { body: { text: 'can' }, state: 'queued' },
      { body: { text: 'waiting' }, state: 'dead', dead_reason: 'its receiver was retired' },
    ]);
    for (const to of [{ to_agent: 'bert' }, { to_capability: 'only.bert' }])
      await expect(mail.send(letter(to))).rejects.toMatchObject({ code: 'channel_closed' });
    await mail.register('bert');
    await mail.send(letter({ to_agent: 'bert' }, 'back'));
    expect(texts(await mail.receive('bert'))).toEqual(['can', 'back']);
  });
});

describe('the address', () => {
  it.each([[{}], [{ to_agent: 'bert', to_role: 'worker' }], [{ to_capability: 'lint', to_agent: 'bert' }]])(
    'of %j is refused: it is one agent, one capability or one role',
    (to) => {
      expect(SendInput.safeParse(letter(to)).success).toBe(false);
    },
  );

  it('of Muster is for answers alone, in a call of their own', async () => {
    const answer = { to_agent: 'muster', type: 'verification_answer', body: {}, correlation_id: 'vrf_1' };
    for (const messages of [[answer, letter({ to_agent: 'bert' })], [letter({ to_agent: 'muster' })]])
      await expect(mail.send({ messages })).rejects.toMatchObject({ code: 'channel_closed' });
  });
});
