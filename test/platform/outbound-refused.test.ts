import { afterEach, beforeEach, expect, test } from 'vitest';
import { privateForms } from './private-forms.ts';
import { faultOf, openSentinel, type Sentinel } from './sentinel.ts';

let sentinel: Sentinel;
beforeEach(async () => void (sentinel = await openSentinel()));
afterEach(() => sentinel.close());

test('at least 80 forms of private address are refused and the sentinel is never reached', async () => {
  const outbound = sentinel.client();
  const forms = privateForms(sentinel.port);
  expect(new Set(forms).size).toBeGreaterThanOrEqual(80);
  const kinds = await Promise.all(
    forms.map(async (url) => `${url} ${(await faultOf(outbound.call({ url, timeout_milliseconds: 2000 }))).kind}`),
  );
  expect(kinds.filter((line) => !line.endsWith(' refused'))).toEqual([]);
  expect(sentinel.connections()).toBe(0);
});

test('the sentinel can be reached once it is allowed, so that the test above is able to fail', async () => {
  const outbound = sentinel.client(['127.0.0.0/8']);
  for (const host of ['127.0.0.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', 'localhost']) {
    const fault = await faultOf(outbound.call({ url: `http://${host}:${sentinel.port}/`, timeout_milliseconds: 2000 }));
    expect([host, fault.kind]).toEqual([host, 'unreachable']);
  }
  expect(sentinel.connections()).toBeGreaterThanOrEqual(4);
});

test.each([
  '10.0.0.7',
  '127.0.0.1',
  '169.254.169.254',
  '::1',
  'fd12::1',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  'not-an-address',
])('a name that resolves to %s is refused', async (address) => {
  const outbound = sentinel.client([], async () => [address]);
  const fault = await faultOf(outbound.call({ url: `https://agent.example:${sentinel.port}/` }));
  expect(fault.kind).toBe('refused');
  expect(sentinel.connections()).toBe(0);
});

test('one private address among public ones is enough to refuse a name', async () => {
  const outbound = sentinel.client([], async () => ['8.8.8.8', '127.0.0.1']);
  expect((await faultOf(outbound.call({ url: `https://agent.example:${sentinel.port}/` }))).kind).toBe('refused');
  expect(sentinel.connections()).toBe(0);
});

test('a name that changes its address after the check leads nowhere else', async () => {
  const asked: string[] = [];
  const outbound = sentinel.client(['127.0.0.2/32'], async (host) => {
    asked.push(host);
    return [asked.length === 1 ? '127.0.0.2' : '127.0.0.1'];
  });
  const call = () =>
    faultOf(outbound.call({ url: `http://agent.example:${sentinel.port}/`, timeout_milliseconds: 500 }));
  expect((await call()).kind).not.toBe('refused');
  expect(asked).toEqual(['agent.example']);
  expect((await call()).kind).toBe('refused');
  expect(sentinel.connections()).toBe(0);
});

test('a redirect is an answer and is not followed', async () => {
  const port = await sentinel.serve((_, answer) =>
    answer.writeHead(302, { location: `http://127.0.0.1:${sentinel.port}/` }).end('elsewhere'),
  );
  const answer = await sentinel.client([`127.0.0.1:${port}`]).call({ url: `http://127.0.0.1:${port}/` });
  expect(answer).toMatchObject({
    status: 302,
    body: 'elsewhere',
    headers: { location: `http://127.0.0.1:${sentinel.port}/` },
  });
  expect(sentinel.connections()).toBe(0);
});

test('proxies of the environment are not used', async () => {
  const port = await sentinel.serve((_, answer) => answer.end('direct'));
  const before = { ...process.env };
  Object.assign(process.env, {
    HTTP_PROXY: `http://127.0.0.1:${sentinel.port}`,
    http_proxy: `http://127.0.0.1:${sentinel.port}`,
  });
  try {
    const answer = await sentinel.client([`127.0.0.1:${port}`]).call({ url: `http://127.0.0.1:${port}/` });
    expect(answer.body).toBe('direct');
  } finally {
    process.env = before;
  }
  expect(sentinel.connections()).toBe(0);
});

test('metadata addresses are refused even when they are allowed', async () => {
  const outbound = sentinel.client(
    ['0.0.0.0/0', '::/0', '169.254.169.254:80', '[fd00:ec2::254]:80', 'metadata.example:80'],
    async () => ['169.254.169.254'],
  );
  const hosts = [
    '169.254.169.254',
    '[fd00:ec2::254]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::1]',
  ];
  for (const host of [...hosts, '168.63.129.16', 'metadata.example']) {
    const fault = await faultOf(outbound.call({ url: `http://${host}/latest/meta-data` }));
    expect([host, fault.kind, fault.message]).toEqual([host, 'refused', expect.stringContaining('metadata')]);
  }
});

test('the place where the machine gives out tokens is refused even when its range is allowed', async () => {
  const outbound = sentinel.client(['127.0.0.0/8'], undefined, `http://127.0.0.1:${sentinel.port}/msi/token`);
  for (const host of ['127.0.0.1', '127.0.0.9', '[::ffff:127.0.0.1]']) {
    expect((await faultOf(outbound.call({ url: `http://${host}:${sentinel.port}/` }))).kind).toBe('refused');
  }
  expect(sentinel.connections()).toBe(0);
});

test.each([
  'ftp://example.com/',
  'file:///etc/passwd',
  'data:,x',
  '//example.com',
  '',
  'https://user:word@example.com/',
])('the URL %j is refused', async (url) => {
  expect((await faultOf(sentinel.client().call({ url }))).kind).toBe('refused');
});
