import type { Line } from '../simulation/ledger.ts';
import { note, noted, notes } from './noted.ts';
import type { Look, Promised } from './promised.ts';

/** Deliveries after which a message that nobody settles is dead. */
const mostDeliveries = 3;

const written = ['mailbox', 'to_agent', 'from_id', 'type', 'priority', 'body', 'correlation_id', 'reply_to'];
/** One that is sent again does not expire. */
const isRewritten = [
  ...written.map((column) => `new.${column} is not old.${column}`),
  "(new.expires_at is not old.expires_at and old.state <> 'dead')",
].join(' or ');
/** What it was is kept when it is sent again. */
const isResent = `old.state = 'dead' and new.state = 'queued' and new.attempts = 0 and exists (select 1 from message_deaths
  where message_id = old.id and dead_reason = old.dead_reason and died_at = old.settled_at and attempts = old.attempts
    and resent_by = 'ada')`;
const isOver = "old.state in ('acknowledged', 'dead')";
const isDelivered = "new.state = 'received' and new.receipt is not old.receipt";
const isHeld = "old.state = 'received' and old.lease_until > now_plus(0)";

const watch = [
  notes,
  // A call whose answer was lost is made again under its receipt; nobody has heard of the first delivery if it ended since.
  `create table handed_over (message_id text, receipt text, to_agent text, ended_as text,
     primary key (message_id, receipt)) without rowid`,
  `create trigger watch_letters after update on messages when ${isOver} or ${isRewritten}
   begin
     ${note('mail', "new.id || ' was rewritten'", `where ${isRewritten}`)}
     ${note('mail', "new.id || ' was ' || old.state || ' and went on'", `where ${isOver} and (new.state <> old.state or new.receipt is not old.receipt or new.attempts <> old.attempts or new.dead_reason is not old.dead_reason) and not (${isResent})`)}
   end`,
  `create trigger watch_deliveries after update on messages when ${isDelivered}
   begin
     ${note('mail', "new.id || ' was delivered while somebody had it'", `where ${isHeld}`)}
     ${note('mail', "new.id || ' was delivered and not counted'", 'where new.attempts <> old.attempts + 1')}
     ${note('mail', "new.id || ' was delivered ' || new.attempts || ' times'", `where new.attempts > ${mostDeliveries}`)}
     ${note('mail', "new.id || ' was delivered without a lease'", 'where new.lease_until is null or new.lease_until <= now_plus(0)')}
     ${note('mail', "new.id || ' was delivered when it was too old'", 'where new.expires_at <= now_plus(0)')}
     ${note('mail', "new.id || ' was given to ' || new.holder_id || ', whose it is not'", 'where not exists (select 1 from mailboxes where mailbox = new.mailbox and agent_id = new.holder_id)')}
     insert or replace into handed_over values (new.id, new.receipt, new.holder_id, null);
   end`,
  `create trigger watch_ends_of_deliveries after update on messages
   when old.state = 'received' and (new.state <> 'received' or new.receipt is not old.receipt)
   begin
     ${note('mail', "new.id || ' was taken back before its time'", `where ${isHeld} and new.receipt is null`)}
     update handed_over set ended_as = new.state where message_id = old.id and receipt = old.receipt;
   end`,
  `create trigger watch_delays after update on messages when old.state = 'delayed' and new.state = 'queued'
   begin ${note('mail', "new.id || ' came back before its time'", 'where old.due_at > now_plus(0)')} end`,
  `create trigger watch_dead_letters after update on messages when new.state = 'dead' and old.state <> 'dead'
   begin
     ${note('mail', "new.id || ' is dead, and nothing says why'", 'where new.dead_reason is null')}
     ${note('mail', "new.id || ' expired before its time'", "where new.dead_reason = 'expired' and coalesce(new.expires_at > now_plus(0), 1)")}
     ${note('mail', "new.id || ' was given up after ' || new.attempts || ' deliveries'", `where new.dead_reason = 'never acknowledged' and new.attempts < ${mostDeliveries}`)}
   end`,
  `create trigger watch_lost_letters after delete on messages when old.state in ('queued', 'delayed', 'received')
   begin ${note('mail', "old.id || ' was ' || old.state || ' and is gone'")} end`,
];

interface Message {
  id: string;
  to_agent: string;
  from_id: string;
  mark: string | null;
}

/** A letter is there once for each to whom it was sent, or for nobody; who heard of it knows its ids. */
function wrongLetters({ rows, ledger }: Look): string[] {
  const messages = rows<Message>(
    `select id, coalesce(to_agent, substr(mailbox, length('capability:') + 1)) to_agent, from_id, body ->> 'mark' mark
     from messages where type = 'custom'`,
  );
  const kept = Map.groupBy(messages, ({ from_id, mark }) => `${from_id}: ${mark}`);
  const sent = Map.groupBy(ledger.of('letter'), ({ from, mark }) => `${from}: ${mark}`);
  const wrong = [...sent].flatMap(([name, lines]) => {
    const there = (kept.get(name) ?? []).map(({ id, to_agent }) => `${id} to ${to_agent}`);
    const heard = lines.filter((line) => line.heard === 'done');
    const isKnown = heard.every(({ ids, to }) => ids.every((id, at) => there.includes(`${id} to ${to[at]}`)));
    const isWhole = [0, lines[0]?.to.length].includes(there.length) && (heard.length === 0 || there.length > 0);
    return isKnown && isWhole ? [] : [`${name} was sent, and there is ${there.join(', ') || 'nothing'}`];
  });
  const unsent = [...kept.keys()].filter((name) => !sent.has(name));
  return [...wrong, ...unsent.map((name) => `nobody sent what is there: ${name}`)];
}

interface Delivery {
  message_id: string;
  receipt: string;
  to_agent: string;
  ended_as: string | null;
  dead_reason: string | null;
}

/** How an action may end a delivery. */
const endsAs: Record<Line<'settlement'>['action'], readonly string[]> = {
  acknowledge: ['acknowledged'],
  retry: ['queued', 'delayed', 'dead'],
  dead_letter: ['dead'],
};

/** An end that the receiver has told, or that of a lease; what was heard of an end is what it was. */
function wrongEnds({ rows, ledger }: Look): string[] {
  const all = rows<Delivery>(
    'select handed_over.*, dead_reason from handed_over join messages on messages.id = message_id',
  );
  const nameOf = (one: { message_id: string; receipt: string }) => `${one.message_id} under ${one.receipt}`;
  const settled = Map.groupBy(ledger.of('settlement'), nameOf);
  const known = new Map(all.map((delivery) => [nameOf(delivery), delivery]));
  const wrong = all.flatMap((delivery) => {
    const lines = settled.get(nameOf(delivery)) ?? [];
    const own = lines.filter(({ agent }) => agent === delivery.to_agent);
    const isTold = own.some(({ action }) => endsAs[action].includes(delivery.ended_as ?? ''));
    return [
      ...(delivery.ended_as === 'acknowledged' && !isTold
        ? [`${nameOf(delivery)} was acknowledged by nobody who had it`]
        : []),
      ...lines
        .filter(({ heard, agent }) => heard === 'done' && agent !== delivery.to_agent)
        .map(({ agent }) => `${nameOf(delivery)} was settled by ${agent}`),
      ...own
        .filter(({ heard, state }) => heard === 'done' && state !== delivery.ended_as)
        .map(({ state }) => `${nameOf(delivery)} was told to be ${state}, and is ${delivery.ended_as}`),
    ];
  });
  const heard = ledger.of('delivery').filter((line) => known.get(nameOf(line))?.to_agent !== line.agent);
  return [...wrong, ...heard.map((line) => `${nameOf(line)} was given to ${line.agent}, and is not known`)];
}

/** Why a letter is dead: its receiver said so, it was too old, or nobody settled it. */
function unexplained({ rows, ledger }: Look): string[] {
  const reasons = new Set(
    ledger.of('settlement').map(({ agent, message_id, reason }) => `${agent} ${message_id} ${reason}`),
  );
  const retired = new Set(ledger.of('retirement').map(({ id }) => id));
  return rows<{ id: string; holder_id: string; to_agent: string; dead_reason: string }>(
    "select id, holder_id, to_agent, dead_reason from messages where state = 'dead'",
  )
    .filter(({ dead_reason }) => dead_reason !== 'expired' && dead_reason !== 'never acknowledged')
    .filter(({ to_agent, dead_reason }) => dead_reason !== 'its receiver was retired' || !retired.has(to_agent))
    .filter(({ id, holder_id, dead_reason }) => !reasons.has(`${holder_id} ${id} ${dead_reason}`))
    .map(({ id, dead_reason }) => `${id} is dead because: ${dead_reason}, and nobody said so`);
}

export const aMessageIsSettledOnce: Promised = {
  sentence:
    'A message is kept once, delivered to its receiver alone, under one lease at a time, and settled once; a dead letter says why.',
  watch,
  atEnd: (look) => [...noted(look, 'mail'), ...wrongLetters(look), ...wrongEnds(look), ...unexplained(look)],
};
