/** 10,000 messages of ten types to 20 agents, of whose deliveries one in twenty is lost in a crash. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReceivedMessage } from '../../shared/messages/message.ts';
import { putChannels } from '../../shared/messages/put-channels.ts';
import { putMessageType } from '../../shared/messages/put-type.ts';
import { getMessageStatistics, type MessageStatistics } from '../../shared/messages/statistics.ts';
import { admin, callerOf } from '../tasks/crew.ts';
import { seededRandom } from '../world/random.ts';
import { letter, openMail, type Mail } from './mail.ts';

const count = 10_000;
const agents = Array.from({ length: 20 }, (_, i) => `agent_${i}`);
const custom = ['parcel', 'invoice', 'reading'];
const types = [
  'task_result',
  'status_update',
  'heartbeat',
  'coordination',
  'error',
  'custom',
  'task_assignment',
  ...custom,
];

let mail: Mail;
/** What the test itself knows of each message. */
const ledger = new Map<string, { type: string; acknowledged: number; isDead: boolean }>();
const { fraction } = seededRandom(7);
const one = <Item>(items: readonly Item[]): Item => items[Math.floor(fraction() * items.length)] as Item; // never empty

beforeAll(async () => {
  mail = await openMail({ LOG_LEVEL: 'silent' }, { isUnwatched: true });
  for (const id of agents)
    await mail.register(id, { role: 'supervisor', capabilities: [`able.${Number(id.slice(6)) % 5}`] });
  const body_schema = { type: 'object', required: ['text'], properties: { text: { type: 'string', maxLength: 20 } } };
  for (const name of custom) await putMessageType(mail.platform, admin, { name, body_schema, max_bytes: 1000 });
  await putChannels(mail.platform, admin, { channels: [{ from_role: '*', type: '*', to_role: '*' }] });
}, 60_000);
afterAll(() => mail.close());

async function sendAll(): Promise<void> {
  for (let sent = 0; sent < count; sent += 16) {
    const messages = Array.from({ length: 16 }, (_, i) => {
      const to = fraction() < 0.3 ? { to_capability: `able.${Math.floor(fraction() * 5)}` } : { to_agent: one(agents) };
      return letter(to, `${sent + i}`, { type: types[(sent + i) % types.length] });
    });
    const answer = await mail.send({ messages }, callerOf(one(agents)));
    answer.forEach(({ message_id }, i) =>
      ledger.set(message_id, { type: messages[i]?.type ?? '', acknowledged: 0, isDead: false }),
    );
  }
}

/** An agent that crashes forgets what it has received; some messages it refuses or wants later. */
async function round(id: string): Promise<number> {
  const got = await mail.receive(id, { max: 100 });
  const kept = got.filter(() => fraction() >= 0.05);
  const ends = Map.groupBy(kept, () => (fraction() < 0.97 ? 'acknowledge' : one(['retry', 'dead_letter'] as const)));
  for (const [action, messages] of ends) note(action, messages, await mail.settle(id, messages, action, later(action)));
  return got.length;
}

const later = (action: string) => (action === 'retry' ? { after_seconds: 5 } : {});

function note(action: string, messages: readonly ReceivedMessage[], states: readonly string[]): void {
  messages.forEach(({ message_id }, i) => {
    const known = ledger.get(message_id);
    if (known === undefined) throw new Error(`${message_id} was never sent`);
    if (states[i] === 'acknowledged') known.acknowledged += 1;
    if (states[i] === 'dead') known.isDead = true;
    if (action === 'acknowledge') expect(states[i]).toBe('acknowledged');
  });
}

async function drain(): Promise<void> {
  for (let idle = 0; idle < 2;) {
    let received = 0;
    for (const id of agents) received += await round(id);
    idle = received === 0 ? idle + 1 : 0;
    await mail.advance(received === 0 ? 91 : 6);
    await mail.sweepMail();
  }
}

test('each is acknowledged once, or dead with a reason, and statistics say what the test itself knows', async () => {
  await sendAll();
  const sent = await getMessageStatistics(mail.platform.db.read);
  expect(sent.all).toMatchObject({ total: count, queued: count, per_minute: { last_1: count } });
  expect(sent.by_type.map(({ type }) => type)).toEqual(types.toSorted());
  await drain();
  const rows = await mail.messages();
  expect(rows).toHaveLength(count);
  const lost = rows.filter(({ state }) => state !== 'acknowledged' && state !== 'dead');
  expect(lost).toEqual([]);
  for (const { id, state, dead_reason } of rows) {
    const known = ledger.get(id);
    const isDead = known?.isDead === true || dead_reason === 'never acknowledged';
    const isTold = state === 'acknowledged' ? known?.acknowledged === 1 : isDead;
    if (!isTold) throw new Error(`${id} is ${state} (${dead_reason}), and the ledger says ${JSON.stringify(known)}`);
  }
  expect(figures(await getMessageStatistics(mail.platform.db.read))).toEqual(toldByLedger());
}, 120_000);

const figures = ({ by_type }: MessageStatistics) =>
  by_type.map(({ type, total, acknowledged, dead }) => ({ type, total, acknowledged, dead }));

/** Whatever is not acknowledged is dead. */
const toldByLedger = () =>
  types.toSorted().map((type) => {
    const of = [...ledger.values()].filter((known) => known.type === type);
    const acknowledged = of.filter((known) => known.acknowledged === 1).length;
    return { type, total: of.length, acknowledged, dead: of.length - acknowledged };
  });
