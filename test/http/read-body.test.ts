/** Row 9 of the proof: hostile bodies are refused with a pointer, quickly, and nothing is stored. */
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { route } from '../../functions/http/route.ts';
import { json, jsonObject } from '../../shared/platform/wire.ts';
import { openDesk, plainRoutes, type Body, type Desk } from './desk.ts';

const echo = route('validateDefinition', 'POST /v1/echo', {
  body: z.strictObject({
    value: json,
    number: z.number().min(-5).max(5).optional(),
    either: z.union([z.string(), z.strictObject({ a: z.int() })]).optional(),
    all: jsonObject.optional(),
  }),
  answer: z.strictObject({ value: json }),
  refuses: [],
  run: ({ input }) => ({ value: input.value }),
});

let desk: Desk;
let key: string;
beforeAll(async () => {
  desk = await openDesk([echo, ...plainRoutes()]);
  key = await desk.person('sue', ['submitter']);
});
afterAll(() => desk.close());

const send = (body: string | Uint8Array) => desk.ask('POST /api/v1/echo', { as: key, body });
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('a hostile body is refused with a pointer', () => {
  it.each([
    ['depth 10,000', `{"value":{"a b":[0,${nested(10_000)}]}}`, 400, `/value/a b/1${'/0'.repeat(61)}`],
    ['depth 100,000', nested(100_000), 400, '/0'.repeat(64)],
    ['depth without an end', '{"a":'.repeat(10_000), 400, '/a'.repeat(64)],
    ['depth after other mistakes', `{"value" ${'['.repeat(100)}`, 400, ''],
    ['a number past all numbers', '{"value":[1,1e309]}', 400, '/value/1'],
    ['minus infinity', '{"value":-1e999}', 400, '/value'],
    ['half a surrogate pair', '{"value":{"x":"\\ud800"}}', 400, '/value/x'],
    ['half a surrogate pair in a name', '{"value":{"\\udc00":1}}', 400, '/value/\ufffd'],
    ['NUL', '{"value":"a\\u0000b"}', 400, '/value'],
    ['NUL in a name', '{"a\\u0000":1}', 400, '/a\0'],
    ['__proto__', '{"value":{"__proto__":{"admin":true}}}', 400, '/value/__proto__'],
    ['constructor', '{"value":1,"constructor":{"prototype":{}}}', 400, '/constructor'],
    ['prototype', '{"value":[{"prototype":1}]}', 400, '/value/0/prototype'],
    ['an unknown field', '{"value":1,"valeu/~":2}', 400, '/valeu~1~0'],
    ['a missing field', '{}', 400, '/value'],
    ['a wrong type', '{"value":1,"number":"1"}', 400, '/number'],
    ['a huge number', '{"value":1,"number":1e300}', 400, '/number'],
    ['a negative number', '{"value":1,"number":-1e15}', 400, '/number'],
    ['the nearer form of two', '{"value":1,"either":{"a":"x"}}', 400, '/either/a'],
    ['an array for an object', '{"value":1,"all":[]}', 400, '/all'],
    ['no object at all', '[1]', 400, ''],
    ['null', 'null', 400, ''],
    ['not JSON', '{"value":nope}', 400, ''],
    ['half of it', '{"value":', 400, ''],
    ['two values', '{"value":1}{"value":2}', 400, ''],
    ['a byte order mark', '\ufeff{"value":1}', 400, ''],
    ['not UTF-8', bytes('{"value":"', [0xff, 0xfe], '"}'), 400, ''],
    ['a surrogate as bytes', bytes('{"value":"', [0xed, 0xa0, 0x80], '"}'), 400, ''],
    ['an overlong NUL', bytes('{"value":"', [0xc0, 0x80], '"}'), 400, ''],
  ] as const)('%s', async (_, body, status, pointer) => {
    const got = await send(body);
    expect(got.status).toBe(status);
    expect(got.body.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it('names several places at once', async () => {
    const got = await send('{"value":["\\u0000",1e309],"other":1}');
    expect(got.body.errors?.map(({ pointer }) => pointer).toSorted()).toEqual(['/value/0', '/value/1']);
  });

  it('keeps the answer short when everything is wrong', async () => {
    const got = await send(`{${Array.from({ length: 40_000 }, (_, n) => `"field ${n}":1`).join()}}`);
    expect(got.status).toBe(400);
    expect(got.text.length).toBeLessThan(10_000);
    const long = await send(`{"${'x'.repeat(900_000)}":1}`);
    expect(long.text.length).toBeLessThan(10_000);
  });

  it('does not quote the body', async () => {
    expect((await send('{"value":"hunter2" oops}')).text).not.toContain('hunter2');
  });
});

describe('a body that is unusual, but right, is taken', () => {
  it.each([
    ['duplicate names: the last wins', '{"value":1,"value":2}', 2],
    ['names of methods', '{"value":{"toString":1,"hasOwnProperty":2}}', { toString: 1, hasOwnProperty: 2 }],
    ['depth 64', `{"value":${nested(63)}}`, JSON.parse(nested(63))],
    ['brackets in strings', `{"value":"${'[{'.repeat(1000)}\\"["}`, `${'[{'.repeat(1000)}"[`],
    ['pairs of surrogates', '{"value":"\\ud83d\\ude00"}', '😀'],
    ['the smallest numbers', '{"value":[5e-324,-0,1e-400]}', [5e-324, 0, 0]],
  ])('%s', async (_, body, value) => {
    expect(await send(body)).toMatchObject({ status: 200, body: { value } });
  });

  it('with a charset', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=UTF-8' };
    expect((await desk.ask('POST /api/v1/echo', { as: key, body: '{"value":1}', headers })).status).toBe(200);
  });
});

it('refuses a credential before it reads the body', async () => {
  expect((await desk.ask('POST /api/v1/echo', { body: '{{{' })).body.code).toBe('unauthenticated');
});

it('stores nothing of what it refuses', async () => {
  const body = '{"kind":"person","roles":["admin"],"__proto__":{}}';
  expect((await desk.ask('PUT /api/v1/principals/eve', { as: desk.admin, body })).status).toBe(400);
  expect((await desk.ask('GET /api/v1/principals/eve', { as: desk.admin })).status).toBe(404);
});

describe('over a socket', () => {
  const mebibyte = 1024 * 1024;
  const server = { url: '', close: async () => {} };
  beforeAll(async () => {
    const listening = serve({ fetch: desk.app.fetch, port: 0, hostname: '127.0.0.1' });
    await new Promise((resolve) => listening.once('listening', resolve));
    server.url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/api/v1/echo`;
    server.close = () => new Promise((resolve) => listening.close(() => resolve()));
  });
  afterAll(() => server.close());

  interface Sent {
    chunks: (string | Uint8Array)[];
    headers?: Record<string, string | number>;
  }

  /** Chunks go one by one; the answer may come before the last. */
  const post = ({ chunks, headers = {} }: Sent): Promise<{ status: number; body: Body }> =>
    new Promise((resolve, reject) => {
      const all = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers };
      const sending = httpRequest(server.url, { method: 'POST', headers: all }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as Body }));
      });
      sending.once('error', reject);
      for (const chunk of chunks) sending.write(chunk);
      sending.end();
    });

  it('counts a body that comes in chunks', async () => {
    const chunks = Array.from({ length: 40 }, () => ' '.repeat(mebibyte / 20));
    expect((await post({ chunks })).status).toBe(413);
  });

  it('takes a body that comes in chunks', async () => {
    expect(await post({ chunks: ['{"val', 'ue":', '[1]}'] })).toEqual({ status: 200, body: { value: [1] } });
  });

  it('believes a declared length that is too large', async () => {
    expect(
      (await post({ chunks: ['{}'], headers: { 'content-length': 10 * mebibyte, connection: 'close' } })).status,
    ).toBe(413);
  });

  it('refuses a gzip bomb unread', async () => {
    const bomb = gzipSync('0'.repeat(100 * mebibyte));
    expect((await post({ chunks: [bomb], headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
  });

  it('costs less than 50 ms of its thread each, so that nothing else waits longer', async () => {
    const fill = (count: number, text: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => text(n)).join();
    const hostile = [
      nested(100_000),
      nested(mebibyte / 2 - 1),
      `{"value":[${fill(340_000, () => '[]')}]}`,
      `{"value":{${fill(90_000, (n) => `"${n}":1`)}}}`,
      `{${fill(90_000, (n) => `"${n}":1`)}}`,
      `{"value":"${'\\u0000'.repeat(170_000)}"}`,
      `{"value":[${fill(170_000, () => '1e309')}]}`,
      `{"value":["${'x'.repeat(mebibyte - 100)}`,
      `{"${'k'.repeat(mebibyte - 100)}":1}`,
      'x'.repeat(10 * mebibyte),
    ];
    // Of the processor, sender and reader together: a clock on the wall would measure what else the machine does.
    for (const text of hostile) await post({ chunks: [text] }); // compiled code, as in a server that runs
    const took: number[] = [];
    for (const text of hostile) {
      const before = process.threadCpuUsage();
      const { status } = await post({ chunks: [text] });
      const { user, system } = process.threadCpuUsage(before);
      took.push((user + system) / 1000);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect(Math.max(...took)).toBeLessThan(50);
  });
});
