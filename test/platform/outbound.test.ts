import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { faultOf, listening, openSentinel, type Sentinel } from './sentinel.ts';

let sentinel: Sentinel;
beforeEach(async () => void (sentinel = await openSentinel()));
afterEach(() => sentinel.close());

test('without TLS only what is allowed by host and port, or by range, is called', async () => {
  const port = await sentinel.serve((_, answer) => answer.end('plain'));
  const url = `http://agent.example:${port}/`;
  const resolve = async () => ['127.0.0.1'];
  expect((await sentinel.client([`agent.example:${port}`], resolve).call({ url })).body).toBe('plain');
  expect((await sentinel.client(['127.0.0.1/32'], resolve).call({ url })).body).toBe('plain');
  expect((await faultOf(sentinel.client([`agent.example:${port + 1}`], resolve).call({ url }))).kind).toBe('refused');
  const insecure = await faultOf(sentinel.client([], async () => ['8.8.8.8']).call({ url: 'http://agent.example/' }));
  expect([insecure.kind, insecure.message]).toEqual(['refused', expect.stringContaining('without TLS')]);
});

test('the body and headers are sent, and the answer comes with its status, headers and latency', async () => {
  const port = await sentinel.serve((asked, answer) => {
    answer.setHeader('set-cookie', ['a=1', 'b=2']);
    answer.writeHead(503, { 'x-asked': `${asked.method} ${asked.url} ${String(asked.headers['x-name'])}` });
    asked.pipe(answer);
  });
  const answer = await sentinel.client(['127.0.0.0/8']).call({
    url: `http://127.0.0.1:${port}/ask?x=1`,
    method: 'POST',
    headers: { 'x-name': 'muster' },
    body: '{"ä":1}',
  });
  expect(answer).toMatchObject({ status: 503, body: '{"ä":1}' });
  expect(answer.headers).toMatchObject({ 'x-asked': 'POST /ask?x=1 muster', 'set-cookie': 'a=1, b=2' });
  expect(answer.latency_milliseconds).toBeGreaterThan(0);
});

test('a header with a line break is refused', async () => {
  const headers = { 'x-name': 'a\r\nhost: internal' };
  const fault = await faultOf(
    sentinel.client(['127.0.0.0/8']).call({ url: `http://127.0.0.1:${sentinel.port}/`, headers }),
  );
  expect(fault.kind).toBe('refused');
});

test('an answer that is too large is not read to its end', async () => {
  let sent = 0;
  const port = await sentinel.serve((_, answer) => {
    const more = (): void => {
      sent += 65_536;
      if (!answer.destroyed) answer.write('x'.repeat(65_536), more);
    };
    more();
  });
  const outbound = sentinel.client(['127.0.0.0/8']);
  const fault = await faultOf(outbound.call({ url: `http://127.0.0.1:${port}/`, max_answer_bytes: 100_000 }));
  expect(fault.kind).toBe('too_large');
  expect(sent).toBeLessThan(50_000_000);
});

test('an answer of exactly the limit is read', async () => {
  const port = await sentinel.serve((_, answer) => answer.end('x'.repeat(1000)));
  const answer = await sentinel
    .client(['127.0.0.0/8'])
    .call({ url: `http://127.0.0.1:${port}/`, max_answer_bytes: 1000 });
  expect(answer.body.length).toBe(1000);
});

test.each<[string, RequestListener]>([
  ['never answers', () => {}],
  ['answers for ever in small parts', (_, answer) => void drip(answer.write.bind(answer))],
])('a server that %s ends in a timeout', async (_, answer) => {
  const port = await sentinel.serve(answer);
  const fault = await faultOf(
    sentinel.client(['127.0.0.0/8']).call({ url: `http://127.0.0.1:${port}/`, timeout_milliseconds: 150 }),
  );
  expect(fault.kind).toBe('timeout');
});

/** Writes a byte at every turn of a timer that nobody waits for. */
const drip = (write: (text: string) => unknown) => setInterval(() => write('x'), 20).unref();

test('a resolver that never answers ends in a timeout', async () => {
  const outbound = sentinel.client([], () => new Promise(() => {}));
  expect((await faultOf(outbound.call({ url: 'https://agent.example/', timeout_milliseconds: 100 }))).kind).toBe(
    'timeout',
  );
});

test('a name without address, a resolver that fails and a closed port are unreachable', async () => {
  const closed = createTcpServer();
  const port = await listening(closed);
  closed.close();
  const none = sentinel.client([], async () => []);
  const failing = sentinel.client([], () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })));
  const faults = await Promise.all([
    faultOf(none.call({ url: 'https://agent.example/' })),
    faultOf(failing.call({ url: 'https://agent.example/' })),
    faultOf(sentinel.client(['127.0.0.0/8']).call({ url: `http://127.0.0.1:${port}/` })),
  ]);
  expect(faults.map(({ kind }) => kind)).toEqual(['unreachable', 'unreachable', 'unreachable']);
  expect(faults[1].message).toContain('ENOTFOUND');
});

test('over TLS the server is asked for the name of the URL, at the address that was checked', async () => {
  const heard = Promise.withResolvers<Buffer>();
  const server = createTcpServer((socket) => socket.once('data', (hello) => (heard.resolve(hello), socket.destroy())));
  const port = await listening(server);
  onTestFinished(() => void server.close());
  const outbound = sentinel.client([`agent.example:${port}`], async () => ['127.0.0.1']);
  const fault = await faultOf(
    outbound.call({ url: `https://agent.example:${port}/`, headers: { host: 'other.example' } }),
  );
  expect(fault.kind).toBe('unreachable');
  expect((await heard.promise).includes('agent.example')).toBe(true);
});
