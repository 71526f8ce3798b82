/** What a client asks after its login: a batch, a call with parameters, or to begin or end a transaction. */
import { Cursor } from './bytes.ts';
import { messageKinds, type Message } from './packets.ts';
import { readType, type Value } from './values.ts';

export type Request =
  | { kind: 'statement'; text: string; parameters: ReadonlyMap<string, Value>; isCall: boolean }
  | { kind: 'begin' | 'commit' | 'rollback' };

const executeSql = 10;
const byNumber = 0xffff;
const transactionRequests: Record<number, 'begin' | 'commit' | 'rollback'> = { 5: 'begin', 7: 'commit', 8: 'rollback' };

export function readRequest({ kind, body }: Message): Request {
  const from = new Cursor(body);
  from.raw(from.u32() - 4); // headers: the transaction, which the connection knows by itself
  if (kind === messageKinds.batch) {
    return { kind: 'statement', text: from.rest().toString('utf16le'), parameters: new Map(), isCall: false };
  }
  if (kind === messageKinds.rpc) return readCall(from);
  const asked = kind === messageKinds.transaction ? transactionRequests[from.u16()] : undefined;
  if (asked === undefined) throw new TypeError(`the stand-in does not know this message of the kind ${kind}`);
  return { kind: asked };
}

/** sp_executesql alone: prepared statements are not used (platform.md). */
function readCall(from: Cursor): Request {
  const procedure = from.u16() === byNumber ? from.u16() : undefined;
  if (procedure !== executeSql) throw new TypeError('the stand-in knows no other procedure than sp_executesql');
  from.u16(); // options
  const values: [name: string, value: Value][] = [];
  while (from.left > 0) values.push(readParameter(from));
  const [statement, , ...parameters] = values; // between them stand the declarations
  return { kind: 'statement', text: String(statement?.[1]), parameters: new Map(parameters), isCall: true };
}

function readParameter(from: Cursor): [name: string, value: Value] {
  const name = from.shortText().replace(/^@/, '');
  from.u8(); // by reference or default: neither is used
  const read = readType(from);
  return [name, read(from)];
}
