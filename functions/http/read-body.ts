/**
 * Reads a JSON body that may be hostile: bounded in bytes, depth and number of values, exactly UTF-8, and
 * without what other programs would misread. Nothing here recurses, and nothing takes longer than its bytes.
 */
import { refuse, Refusal, type PointedError } from '../../shared/outcomes.ts';
import type { Json } from '../../shared/platform/wire.ts';
import { isContainer, pointerTo, type Place } from './pointers.ts';

const mostBytes = 1024 * 1024;
const mostDepth = 64;
const mostValues = 50_000;
const mostErrors = 20;

/** The value of the body. Refuses `too_large`, `unsupported_media_type`, `malformed` and `invalid`. */
export async function readBody(request: Request): Promise<Json> {
  const { headers } = request;
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') refuse('unsupported_media_type');
  if (!/^application\/json *(; *charset="?utf-8"? *)?$/i.test(headers.get('content-type') ?? '')) {
    refuse('unsupported_media_type');
  }
  const bytes = await bytesOf(request);
  if (bytes.length === 0)
    refuse('malformed', { detail: headers.has('transfer-encoding') ? lostBody : 'A JSON body is needed.' });
  return checked(parsed(textOf(bytes)));
}

/** What some hosts of functions do to it. */
const lostBody = 'The body came empty. Sent in chunks it may have been lost on its way: send it with Content-Length.';

/** HTTP itself holds the sender to a declared length; what comes in chunks is counted. */
async function bytesOf(request: Request): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declared > mostBytes) refuse('too_large');
  try {
    const bytes = declared >= 0 ? new Uint8Array(await request.arrayBuffer()) : await chunksOf(request);
    return bytes.length > mostBytes ? refuse('too_large') : bytes;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refuse('malformed', { detail: 'The body ended early.' }); // the sender has gone: nobody reads this
  }
}

async function chunksOf(request: Request): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const body: AsyncIterable<Uint8Array> = request.body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > mostBytes) refuse('too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return malformed('not UTF-8'); // the only thing that the decoder throws for
  }
}

function parsed(text: string): Json {
  const tooDeep = scanned(text);
  if (tooDeep !== undefined) return refuseDepth(text, tooDeep);
  try {
    return JSON.parse(text) as Json; // which is what it gives
  } catch (error) {
    // The message quotes the body, which may hold secrets: only the position is passed on.
    const position = /position (\d+)/.exec(String(error))?.[1];
    return malformed(position === undefined ? 'not JSON' : `not JSON at character ${position}`);
  }
}

const malformed = (message: string): never => refuse('malformed', { errors: [{ pointer: '', message }] });

interface TooDeep {
  offset: number;
  /** What would close what is open, innermost first. */
  closers: string;
}

/** Looks for too many values and too deep ones before anything is parsed. Refuses `too_large`. */
function scanned(text: string): TooDeep | undefined {
  const open: string[] = [];
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfString(text, i);
    else if (code === comma) values++;
    else if (code === brace || code === bracket) {
      if (open.length === mostDepth) return { offset: i, closers: open.toReversed().join('') };
      open.push(code === brace ? '}' : ']');
      values++;
    } else if (code === brace + 2 || code === bracket + 2) open.pop();
    if (values > mostValues)
      refuse('too_large', { detail: `Send at most ${mostValues} values and brackets in one body.` });
  }
  return undefined;
}

const [quote, comma, brace, bracket, backslash] = [0x22, 0x2c, 0x7b, 0x5b, 0x5c];

/** Where the string that begins at `start` ends, or the text does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/** Names the place: what stands before it, closed, is shallow enough to parse, and ends there. */
function refuseDepth(text: string, { offset, closers }: TooDeep): never {
  let value: Json;
  try {
    value = JSON.parse(`${text.slice(0, offset)}null${closers}`) as Json;
  } catch {
    return malformed('not JSON'); // wrong before it is too deep
  }
  let place: Place | undefined;
  while (isContainer(value)) {
    const [key, inner]: [string, Json] = Object.entries(value).at(-1) ?? ['', null];
    place = { from: place, key };
    value = inner;
  }
  return refuse('malformed', { errors: [{ pointer: pointerTo(place), message: `nested deeper than ${mostDepth}` }] });
}

/** Refuses what databases, other parsers or our own code would misread. */
function checked(body: Json): Json {
  const errors: PointedError[] = [];
  const waiting: { value: Json; place: Place | undefined }[] = [{ value: body, place: undefined }];
  for (let next = waiting.pop(); next !== undefined && errors.length < mostErrors; next = waiting.pop()) {
    const { value, place } = next;
    const message = wrongWith(value);
    if (message !== undefined) errors.push({ pointer: pointerTo(place), message });
    if (!isContainer(value)) continue;
    for (const key of Object.keys(value)) {
      const at = { from: place, key };
      const wrongKey = Array.isArray(value) ? undefined : wrongWithKey(key);
      if (wrongKey === undefined)
        waiting.push({ value: (value as { [name: string]: Json })[key] as Json, place: at }); // its own key
      else errors.push({ pointer: pointerTo(at), message: wrongKey });
    }
  }
  if (errors.length > 0) refuse('invalid', { errors: errors.slice(0, mostErrors) });
  return body;
}

const reserved = new Set(['__proto__', 'constructor', 'prototype']);

const wrongWithKey = (key: string): string | undefined =>
  reserved.has(key) ? 'a name that objects reserve' : wrongWith(key);

/** What is wrong with text or a number of a request, or undefined. */
export function wrongWith(value: Json): string | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'contains the character U+0000';
    return value.isWellFormed() ? undefined : 'contains half of a surrogate pair';
  }
  return typeof value === 'number' && !Number.isFinite(value) ? 'a number too large to be kept' : undefined;
}
