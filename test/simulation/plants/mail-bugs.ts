/** Bugs of the mailbox. */
import type { Plant } from '../around.ts';
import { neverAsking, reworded, saying } from './saying.ts';

export const mailBugs: Record<string, Plant> = {
  'a message that is settled by whoever once had it': saying((query, name) =>
    name === 'settleMessages' && query.sql.includes(' and "receipt" = ?')
      ? { query: reworded(query, ' and "receipt" = ?', '') }
      : undefined,
  ),
  'a message that is taken back before its time': saying((query, name) =>
    name === 'receiveMessages' && query.sql.startsWith('update "messages"') && query.sql.includes(ranOut)
      ? { query: reworded(reworded(query, '"due_at" <= now_plus(?) and ', ''), ranOut, '') }
      : undefined,
  ),
  'a dead letter that does not say why': saying((query, name) =>
    name === 'settleMessages' && query.sql.startsWith('update "messages"')
      ? { query: reworded(query, '"dead_reason" = ?', '"dead_reason" = null') }
      : undefined,
  ),
  'a message that is given to whoever asks': saying((query, name) =>
    name === 'receiveMessages' && query.sql.includes(isServed) ? { query: reworded(query, isServed, '') } : undefined,
  ),
  'a delay that never ends': saying((query, name) =>
    name === 'settleMessages' && query.sql.includes('coalesce(now_plus(?), expires_at)')
      ? { query: { ...query, parameters: query.parameters.map((value) => (value === 30 ? 3_000_000 : value)) } }
      : undefined,
  ),
  'a dead letter that is sent again without its history': neverAsking(
    'resendDeadLetters',
    'insert into "message_deaths"',
  ),
  'a letter to several that reaches one': saying((query, name) =>
    name === 'sendMessages' && query.sql.startsWith('insert into "messages"') && query.sql.includes(' union all ')
      ? { query: { ...query, sql: `${query.sql} limit 1` } }
      : undefined,
  ),
};

const isServed = '"served"."agent_id" = ? and ';
const ranOut = ' and "late"."due_at" <= now_plus(?)';
