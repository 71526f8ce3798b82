/** Letters between agents. */
import type { Ledger } from '../../simulation/ledger.ts';
import { aMessageIsSettledOnce } from '../a-message-is-settled-once.ts';
import { aSentMessageComesToAnEnd } from '../a-sent-message-comes-to-an-end.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const acknowledged = "select 1 from handed_over where ended_as = 'acknowledged'";
const dead = "select 1 from messages where state = 'dead' and dead_reason like 'of msg_%'";
const one = "(select min(id) from messages where type = 'custom')";
/** Waits to be delivered, as it was at first. */
const waiting = [
  'create temp table forged as select * from messages limit 1',
  "update forged set id = 'msg_forged', type = 'status_update', state = 'queued', receipt = null, attempts = 0, expires_at = null, dead_reason = null",
  'insert into messages select * from forged',
  'drop table forged',
];
const change = (set: string) => `update messages set ${set} where id = 'msg_forged'`;
const delivered = change("state = 'received', receipt = 'one', attempts = 1, lease_until = now_plus(60)");

const forged = (...done: string[]) => [...waiting, ...done];
const settlements = (retell: (line: ReturnType<typeof all>[number]) => unknown) => (ledger: Ledger) =>
  all(ledger).forEach(retell);
const all = (ledger: Ledger) => ledger.of('settlement').filter(({ heard }) => heard === 'done');

export const tampersWithMail: Tamper[] = [
  ...tampersWith(aSentMessageComesToAnEnd, acknowledged, {
    'a letter that lies there for ever': ["update messages set state = 'queued'", / was sent, and is queued$/],
    'a letter that died of nothing': [
      "update messages set state = 'dead', dead_reason = null where type = 'custom'",
      / was sent, and is dead$/,
    ],
  }),
  ...tampersWith(aMessageIsSettledOnce, acknowledged, {
    'a letter that is rewritten': [`update messages set body = '{"mark":"evil"}' where id = ${one}`, / was rewritten$/],
    'a letter that comes back': ["update messages set state = 'queued'", / was acknowledged and went on$/],
    'a letter for two at once': [
      forged(delivered, change("receipt = 'two', attempts = 2")),
      /^msg_forged was delivered while somebody had it$/,
    ],
    'a delivery that is not counted': [
      forged(change("state = 'received', receipt = 'one', lease_until = now_plus(60)")),
      /^msg_forged was delivered and not counted$/,
    ],
    'a fourth delivery': [
      forged(
        change('attempts = 3'),
        change("state = 'received', receipt = 'four', attempts = 4, lease_until = now_plus(60)"),
      ),
      /^msg_forged was delivered 4 times$/,
    ],
    'a delivery for ever': [
      forged(change("state = 'received', receipt = 'one', attempts = 1, lease_until = null")),
      /^msg_forged was delivered without a lease$/,
    ],
    'a letter that is too old': [
      forged(change('expires_at = now_plus(-1)'), delivered),
      /^msg_forged was delivered when it was too old$/,
    ],
    'a letter that is taken back': [
      forged(delivered, change("state = 'queued', receipt = null, lease_until = null")),
      /^msg_forged was taken back before its time$/,
    ],
    'a dead letter without a reason': [forged(change("state = 'dead'")), /^msg_forged is dead, and nothing says why$/],
    'a letter that expires before its time': [
      forged(change("state = 'dead', dead_reason = 'expired'")),
      /^msg_forged expired before its time$/,
    ],
    'a letter that is given up at once': [
      forged(change("state = 'dead', dead_reason = 'never acknowledged'")),
      /^msg_forged was given up after 0 deliveries$/,
    ],
    'a letter that is gone': [
      forged("delete from messages where id = 'msg_forged'"),
      /^msg_forged was queued and is gone$/,
    ],
    'a letter that nobody wrote': [
      (ledger) => ledger.of('letter').forEach((line) => (line.mark = 'another')),
      /^nobody sent what is there: /,
    ],
    'a letter that was lost': [
      "delete from message_deaths; delete from messages where type = 'custom'",
      / was sent, and there is nothing$/,
    ],
    'a letter that was settled by nobody': [
      settlements((line) => (line.receipt = 'another')),
      / was acknowledged by nobody who had it$/,
    ],
    'an end that was told otherwise': [
      settlements((line) => (line.state = 'lost')),
      / was told to be lost, and is \w+$/,
    ],
    'an end by somebody else': [settlements((line) => (line.agent = 'eve')), / was settled by eve$/],
    'a delivery that nobody knows of': [
      'delete from handed_over',
      /^msg_\w+ under \w+ was given to \w+, and is not known$/,
    ],
  }),
  ...tampersWith(aMessageIsSettledOnce, dead, {
    'a reason that nobody gave': [
      "update messages set dead_reason = 'because' where state = 'dead'",
      /^msg_\w+ is dead because: .*, and nobody said so$/,
    ],
  }),
];
