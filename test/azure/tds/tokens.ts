/** Tokens of an answer (MS-TDS 2.2.7). */
import { Bytes } from './bytes.ts';
import type { Result } from './executor.ts';
import { collation, describeType, writeValue } from './values.ts';

const statuses = { more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;
const doneTokens = { done: 0xfd, doneProc: 0xfe, doneInProc: 0xff } as const;
/** TDS 7.4. */
const version = Buffer.from([0x74, 0, 0, 4]);
const nothing = Buffer.alloc(0);

interface Done {
  token?: keyof typeof doneTokens;
  flags?: (keyof typeof statuses)[];
  count?: number;
}

export const done = ({ token = 'done', flags = [], count }: Done = {}): Buffer => {
  const all = [...flags, ...(count === undefined ? [] : ['count' as const])];
  const status = all.reduce((sum, flag) => sum | statuses[flag], 0);
  return new Bytes()
    .u8(doneTokens[token])
    .u16(status)
    .u16(0)
    .i64(BigInt(count ?? 0))
    .done();
};

const sized = (token: number, body: Bytes): Buffer => new Bytes().u8(token).u16(body.length).raw(body.done()).done();

const changed = (type: number, value: Uint8Array, old: Uint8Array = nothing): Buffer =>
  sized(0xe3, new Bytes().u8(type).shortBytes(value).shortBytes(old));

const changedText = (type: number, value: string): Buffer =>
  sized(0xe3, new Bytes().u8(type).shortText(value).shortText(''));

export const begun = (descriptor: Uint8Array): Buffer => changed(8, descriptor);
export const committed = (descriptor: Uint8Array): Buffer => changed(9, nothing, descriptor);
export const rolledBack = (descriptor: Uint8Array): Buffer => changed(10, nothing, descriptor);

/** The highest severity that leaves the connection open is 19. */
export const failed = ({ number, message, severity = 16 }: { number: number; message: string; severity?: number }) =>
  sized(0xaa, new Bytes().u32(number).u8(1).u8(severity).text(message).shortText('stand-in').shortText('').u32(1));

/** What a login is answered with. `signedIn`: it brought a token. */
export const loggedIn = (database: string, packetSize: number, signedIn: boolean): Buffer =>
  Buffer.concat([
    changedText(1, database),
    changed(7, collation),
    changedText(4, String(packetSize)),
    sized(0xad, new Bytes().u8(1).raw(version).shortText('stand-in').u8(16, 0, 0, 0)),
    features(signedIn),
    done(),
  ]);

function features(signedIn: boolean): Buffer {
  const acknowledged = new Bytes().u8(0xae);
  if (signedIn) acknowledged.u8(0x02).u32(0);
  return acknowledged.u8(0x0a).u32(1).u8(1).u8(0xff).done();
}

/** Where a token is to be fetched, and for what. */
export function signInAt(authority: string, resource: string): Buffer {
  const texts = [authority, resource].map((text) => Buffer.from(text, 'utf16le'));
  const info = new Bytes().u32(texts.length);
  let offset = 4 + texts.length * 9;
  for (const [at, text] of texts.entries()) {
    info
      .u8(at + 1)
      .u32(text.length)
      .u32(offset);
    offset += text.length;
  }
  info.raw(...texts);
  return new Bytes().u8(0xee).u32(info.length).raw(info.done()).done();
}

/** The tokens of a request's results, one by one. */
export function resultTokens(results: Result[], isCall: boolean): Buffer[] {
  const token = isCall ? 'doneInProc' : 'done';
  const tokens = results.flatMap((result, at) => {
    const more = isCall || at < results.length - 1 ? ['more' as const] : [];
    const count = result.count ?? (result.columns.length > 0 ? result.rows.length : undefined);
    return [...rowTokens(result), done({ token, flags: more, ...(count === undefined ? {} : { count }) })];
  });
  if (isCall) return [...tokens, new Bytes().u8(0x79).i32(0).done(), done({ token: 'doneProc' })];
  return tokens.length === 0 ? [done()] : tokens;
}

function rowTokens({ columns, rows }: Result): Buffer[] {
  if (columns.length === 0) return [];
  const described = new Bytes().u8(0x81).u16(columns.length);
  for (const { name, type } of columns) described.u32(0).u16(0x01).raw(describeType(type)).shortText(name);
  return [described.done(), ...rows.map((row) => rowToken(columns, row))];
}

/** Nulls are told by bits in front, as servers do where there are any. */
function rowToken(columns: Result['columns'], row: Result['rows'][number]): Buffer {
  const hasNull = row.some((value) => value === null);
  const bytes = new Bytes().u8(hasNull ? 0xd2 : 0xd1);
  if (hasNull) bytes.raw(nullBits(row));
  for (const [at, { type }] of columns.entries()) {
    const value = row[at] ?? null;
    if (value !== null) bytes.raw(writeValue(type, value));
  }
  return bytes.done();
}

function nullBits(row: Result['rows'][number]): Buffer {
  const bits = Buffer.alloc(Math.ceil(row.length / 8));
  for (const [at, value] of row.entries()) {
    if (value === null) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bits;
}
