/** What agents do with their mail: each letter bears a mark of its own, each delivery and each end is noted. */
import type { ReceivedMessage } from '../../../shared/messages/message.ts';
import { receiveMessages } from '../../../shared/messages/receive.ts';
import { resendDeadLetters } from '../../../shared/messages/resend.ts';
import { sendMessages } from '../../../shared/messages/send.ts';
import { settleMessages } from '../../../shared/messages/settle.ts';
import type { Line } from '../ledger.ts';
import type { Actor, Life } from '../life.ts';
import { admin, asAgent } from '../town.ts';
import { ask, askOn } from './asking.ts';

type Action = Line<'settlement'>['action'];

/** Gives what came, and notes it. */
export async function receive(life: Life, agent: string, max: number): Promise<ReceivedMessage[]> {
  const asked = { agent_id: agent, max, wait_seconds: 0 };
  const got = await ask(life, 'receiveMessages', (platform) => receiveMessages(platform, asAgent(agent), asked));
  const messages = got?.messages ?? [];
  for (const { message_id, receipt } of messages) life.ledger.note('delivery', { agent, message_id, receipt });
  return messages;
}

type Delivered = Pick<ReceivedMessage, 'message_id' | 'receipt'>;

/** Settles several in one call, each noted with what was heard of it. */
export async function settleMail(
  life: Life,
  agent: string,
  ends: (Delivered & { action: Action; after_seconds?: number })[],
): Promise<void> {
  const settle = ends.map(({ after_seconds = 0, ...end }) => ({
    ...{ ...end, reason: `of ${end.message_id}` },
    ...(end.action === 'retry' ? { after_seconds } : {}),
  }));
  const lines = settle.map(({ message_id, receipt, action, reason }) =>
    life.ledger.note('settlement', { agent, message_id, receipt, action, reason, state: null }),
  );
  const [first] = lines;
  if (first === undefined) return;
  const answer = await askOn(life, first, (platform) => settleMessages(platform, asAgent(agent), { settle }));
  const states = new Map(answer?.settled.map(({ message_id, state }) => [message_id, state]));
  for (const line of lines) {
    line.state = states.get(line.message_id) ?? null;
    line.heard = first.heard === 'done' && line.state === null ? 'lease_lost' : first.heard;
  }
}

/** Whoever has this capability and takes it first. */
const anyone = 'letters';

/** Under one key until it is heard. */
async function send(life: Life, from: string, letter: Pick<Line<'letter'>, 'key' | 'to' | 'mark'>): Promise<void> {
  const { random } = life;
  const { key, to, mark } = letter;
  const ttl = random.chance(0.2) ? { ttl_seconds: random.between(20, 300) } : {};
  const priority = random.between(1, 9);
  const messages = to.map((name) => ({
    ...(name === anyone ? { to_capability: name } : { to_agent: name }),
    ...{ type: 'custom' as const, priority, body: { mark }, ...ttl },
  }));
  for (;;) {
    const line = life.ledger.note('letter', { from, key, to, mark, ids: [] });
    const sent = { messages, idempotency_key: key };
    const answer = await askOn(life, line, (platform) => sendMessages(platform, asAgent(from), sent));
    line.ids = answer?.messages.map(({ message_id }) => message_id) ?? [];
    if (line.heard !== 'unheard') return;
    await life.sleep(random.between(1, 30));
  }
}

/** Sends some letters to its friends, and is content when faults are over and none of them is under way any more. */
export const letterWriter =
  (from: string, friends: readonly string[]): Actor =>
  async (life) => {
    for (let number = 1; number <= life.random.between(2, 5); number++) {
      await life.sleep(life.random.between(5, 60));
      const to = life.random.chance(0.3) ? friends : [life.random.pick([...friends, anyone])];
      const key = `letter ${number} of ${from}`;
      await send(life, from, { key, to, mark: key });
    }
    while (!life.isCalm || life.glimpse(underWay, from)) await life.sleep(60);
  };

const underWay = "select 1 from messages where from_id = ? and state in ('queued', 'delayed', 'received')";

/** Reads what comes: settles it, forgets it, settles it again when it may be another's; once faults are over all of it at once. */
export const mailReader =
  (agent: string): Actor =>
  async (life) => {
    const { random } = life;
    let kept: Delivered[] = [];
    while (!life.isOver) {
      await life.sleep(life.isCalm ? 40 : random.between(10, 90));
      if (!life.glimpse(anyMail, agent)) continue;
      const messages = await receive(life, agent, random.between(1, 4));
      if (!life.isCalm && random.chance(0.3)) await life.sleep(random.between(100, 250)); // longer than a lease
      const old = !life.isCalm && random.chance(0.5) ? kept : [];
      kept = [...kept, ...messages].slice(-5);
      const now = messages.filter(() => life.isCalm || random.chance(0.7));
      const actions: Action[] = life.isCalm ? ['acknowledge'] : ['acknowledge', 'acknowledge', 'retry', 'dead_letter'];
      const ends = new Map([...old, ...now].map((one) => [one.message_id, one]));
      const settled = [...ends.values()].map(({ message_id, receipt }) => ({ message_id, receipt }));
      await settleMail(
        life,
        agent,
        settled.map((one) => ({ ...one, action: random.pick(actions), after_seconds: random.pick([0, 30]) })),
      );
    }
  };

const anyMail = `select 1 from mailboxes join messages using (mailbox)
  where agent_id = ? and state in ('queued', 'delayed', 'received')`;

/** Sends dead letters again, as long as not all is calm. */
export const postmaster: Actor = async (life) => {
  while (!life.isCalm) {
    await life.sleep(life.random.between(60, 200));
    if (!life.glimpse("select 1 from messages where state = 'dead' and from_id = 'writer'")) continue;
    const again = { filter: { from_id: 'writer' } };
    await ask(life, 'resendDeadLetters', (platform) => resendDeadLetters(platform, admin, again));
  }
};

/** Settles what others have received, with their own receipts. All of it must be refused. */
export const mailThief: Actor = async (life) => {
  const { random, ledger } = life;
  while (!life.isOver && !life.isCalm) {
    await life.sleep(random.between(20, 100));
    const delivered = ledger.of('delivery');
    if (delivered.length === 0) continue;
    const { agent, message_id, receipt } = random.pick(delivered);
    const thief = random.pick(['checker', 'hugo', 'heidi'].filter((id) => id !== agent));
    await settleMail(life, thief, [{ message_id, receipt, action: random.pick(['acknowledge', 'dead_letter']) }]);
  }
};
