import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getAgent } from '../../shared/agents/read.ts';
import { dailyMaintenance, listMaintenanceRuns, runMaintenance } from '../../shared/maintenance/run.ts';
import { takeRun } from '../../shared/maintenance/take-run.ts';
import { doChores } from '../../shared/maintenance/do-chores.ts';
import { findAgent } from '../../shared/agents/store.ts';
import type { Tx } from '../../shared/platform/platform.ts';
import type { Message } from '../../shared/messages/message.ts';
import { admin, callerOf } from '../tasks/crew.ts';
import { unpaused } from './unpaused.ts';
import { letter, openMail, texts, type Mail } from '../messages/mail.ts';

const day = 86_400;

let mail: Mail;
beforeEach(async () => {
  mail = await openMail();
  for (const id of ['alice', 'bert']) await mail.register(id);
});
afterEach(() => mail.close());

const run = (seconds = 60) => unpaused(mail, runMaintenance(mail.platform, admin, { seconds }));
const runs = (limit = 50) => listMaintenanceRuns(mail.platform, admin, { limit });
const kept = async () =>
  (await mail.messages()).map(({ state, body }: Message) => `${state} ${texts([{ body }]).join()}`);

const isRetired = async (tx: Tx, id: string) => (await findAgent(tx, { id }))?.state === 'retired';

async function settled(text: string, action: 'acknowledge' | 'dead_letter'): Promise<void> {
  await mail.send(letter({ to_agent: 'bert' }, text));
  await mail.settle('bert', await mail.receive('bert'), action);
}

describe('messages', () => {
  it('go a week after they were acknowledged, and a month after they were given up', async () => {
    await settled('read', 'acknowledge');
    await settled('refused', 'dead_letter');
    await mail.send(letter({ to_agent: 'bert' }, 'unread'));
    await mail.advance(8 * day);
    await mail.send(letter({ to_agent: 'alice' }, 'just read'));
    await mail.settle('alice', await mail.receive('alice'), 'acknowledge');
    expect((await run()).counts).toMatchObject({ messages_deleted: 1 });
    expect(new Set(await kept())).toEqual(new Set(['dead refused', 'queued unread', 'acknowledged just read']));
    await mail.advance(30 * day);
    expect((await run()).counts).toMatchObject({ messages_deleted: 1, dead_letters_deleted: 1 });
    expect(await kept()).toEqual(['queued unread']);
  });

  it('that were settled late are kept as long, however old they are', async () => {
    await mail.send(letter({ to_agent: 'bert' }, 'old'));
    await mail.advance(8 * day);
    await mail.settle('bert', await mail.receive('bert'), 'acknowledge');
    expect((await run()).counts).toEqual({});
  });
});

it('forgets idempotency keys after a day: the same key is a new request then', async () => {
  const send = () => mail.send(letter({ to_agent: 'bert' }), callerOf('alice'), 'once');
  const [first] = await send();
  await mail.advance(day - 1);
  await run();
  expect((await send())[0]).toEqual(first);
  await mail.advance(2);
  expect((await run()).counts).toEqual({ idempotency_keys_deleted: 1 });
  expect((await send())[0]).not.toEqual(first);
});

describe('agents', () => {
  it('that were silent for a week are retired, but for those that have never called and those that are called', async () => {
    await mail.register('called', { endpoint: 'https://agents.example/head' });
    for (const id of ['bert', 'called']) await mail.beat(id, []);
    await mail.advance(7 * day - 1);
    await mail.beat('alice', []);
    expect((await run()).counts).toEqual({});
    await mail.advance(2);
    expect((await run()).counts).toEqual({ agents_retired: 1 });
    const states = await Promise.all(
      ['alice', 'bert', 'called'].map(async (id) => (await getAgent(mail.platform, admin, { agent_id: id })).state),
    );
    expect(states).toEqual(['active', 'retired', 'lost']);
  });
});

describe('a run', () => {
  it('is begun by the timer once a day, from two o’clock on', async () => {
    const begun: string[] = [];
    for (let hour = 0; hour < 60; hour++) {
      await unpaused(mail, dailyMaintenance(mail.platform));
      const [newest] = await runs(1);
      const at = newest?.began_at.toISOString() ?? '';
      if (begun.at(-1) !== at) begun.push(at);
      await mail.advance(3600);
    }
    const [first = '', ...later] = begun;
    expect(later.map((at) => at.slice(11, 13))).toEqual(['02', '02', ...(later.length > 2 ? ['02'] : [])]);
    expect(await runs()).toHaveLength(begun.length);
    expect(first).not.toBe('');
  });

  it('is left when its time is over, and goes on where it was, with what was counted', async () => {
    for (let n = 0; n < 3; n++) await mail.register(`gone-${n}`).then(() => mail.beat(`gone-${n}`, []));
    await mail.advance(8 * day);
    const left = await run(0);
    expect(left).toMatchObject({ counts: {}, ended_at: null });
    await unpaused(mail, dailyMaintenance(mail.platform));
    expect(await runs()).toMatchObject([{ run_id: left.run_id, begun_by: 'ada', counts: { agents_retired: 3 } }]);
    expect((await runs())[0]?.ended_at).not.toBeNull();
  });

  it('has one process at it at a time; another goes on with it when that one is not heard of for a minute', async () => {
    await settled('read', 'acknowledge');
    await mail.advance(8 * day);
    const { taken } = await takeRun(mail.platform, { by: 'admin', since: null });
    expect(await run()).toMatchObject({ run_id: taken?.id, counts: {}, ended_at: null });
    await mail.advance(61);
    expect(await run()).toMatchObject({ run_id: taken?.id, counts: { messages_deleted: 1 } });
    if (taken === null) throw new Error('nothing was taken');
    await settled('read late', 'acknowledge');
    await mail.advance(8 * day);
    await doChores(mail.platform, taken, { seconds: 60 }); // it comes back, and does nothing
    expect(await kept()).toEqual(['acknowledged read late']);
  });

  it('goes on with the next chore where one fails, and says so', async () => {
    await settled('read', 'acknowledge');
    await mail.advance(8 * day);
    const { transaction } = mail.platform.db;
    let batches = 0;
    mail.platform.db.transaction = (name, work) =>
      name === 'maintain' && batches++ === 0 ? Promise.reject(new Error('no room')) : transaction(name, work);
    expect(await run()).toMatchObject({ counts: { messages_deleted: 1 } });
    expect(mail.logged.some((line) => line['msg'] === 'a chore of the maintenance failed')).toBe(true);
  });

  it('passes over what cannot be done, and does all the rest', async () => {
    for (let n = 0; n < 5; n++) {
      await mail.register(`gone-${n}`);
      await mail.beat(`gone-${n}`, []);
    }
    await mail.advance(8 * day);
    const { transaction } = mail.platform.db;
    mail.platform.db.transaction = (name, work) =>
      transaction(name, async (tx) => {
        const value = await work(tx);
        if (name === 'maintain' && (await isRetired(tx, 'gone-1'))) throw new Error('a row that nobody expected');
        return value;
      });
    expect(await run()).toMatchObject({ counts: { agents_retired: 4 } });
    expect((await getAgent(mail.platform, admin, { agent_id: 'gone-1' })).state).toBe('lost');
  });
});
