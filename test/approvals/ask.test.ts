import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askVoter } from '../../shared/approvals/ask.ts';
import { isSigned, signedHeaders } from '../../shared/platform/outbound/signature.ts';
import { askWork } from '../../shared/approvals/store.ts';
import { ballotsOf } from '../../shared/approvals/store/ballots.ts';
import { findAsk } from '../../shared/approvals/store/asks.ts';
import type { Approval } from '../../shared/approvals/approval.ts';
import { openQuestions, type Questions } from './questions.ts';

interface Received {
  headers: IncomingMessage['headers'];
  body: string;
}

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

let q: Questions;
let server: Server;
let received: Received[];
let reply: (got: Received) => Reply | Promise<Reply>;
let secret: string;

beforeEach(async () => {
  received = [];
  reply = () => ({});
  server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const got = { headers: request.headers, body: Buffer.concat(parts).toString() };
      received.push(got);
      const { status = 204, headers = {}, body = '' } = await reply(got);
      response.writeHead(status, headers).end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  q = await openQuestions();
  secret = await q.head('a', { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ask` });
  await q.head('b');
});

afterEach(async () => {
  await q.world.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const asked = async (): Promise<{ approval: Approval; ask: string }> => {
  const { approval } = await q.ask();
  const ring = q.world.rung.find(({ bell }) => bell === 'ask');
  if (ring === undefined) throw new Error('nobody was asked');
  return { approval, ask: ring.id };
};

const put = (id: string) => askVoter(q.world.platform, id);
const row = (id: string) => findAsk(q.world.platform.db.read, { id });
const ballots = ({ id }: Approval) => ballotsOf(q.world.platform.db.read, { approval_id: id });

/** What the voter's program sends back. */
const ballotFor = ({ body }: Received, more: object = {}) => {
  const { approval_id, definition_sha256 } = JSON.parse(body) as Record<string, string>;
  return JSON.stringify({
    approval_id,
    definition_sha256,
    decision: 'yes',
    confidence: 0.8,
    reasoning: 'fits',
    ...more,
  });
};

const signed = (body: string, key = secret): Reply => ({
  status: 200,
  headers: signedHeaders(key, { id: 'msg_answer', at: q.world.clock.now(), body }),
  body,
});

describe('asking', () => {
  test('sends the question, signed as Standard Webhooks want it', async () => {
    const { approval, ask } = await asked();
    await put(ask);
    const [got] = received;
    expect(got?.headers['webhook-id']).toBe(ask);
    const timestamp = new Date(Number(got?.headers['webhook-timestamp']) * 1000);
    expect(new Webhook(secret).sign(ask, timestamp, got?.body ?? '')).toBe(got?.headers['webhook-signature']);
    expect(JSON.parse(got?.body ?? '')).toMatchObject({
      type: 'approval_request',
      job_id: approval.job_id,
      definition_sha256: approval.definition_sha256,
      definition: { job_name: 'content_generation' },
      estimate: null,
      readiness: null,
      answer_path: `/api/v1/deployment/approvals/${approval.job_id}/ballots`,
    });
    expect(await row(ask)).toMatchObject({ state: 'done', due_at: null, attempts: 1 });
    expect(await ballots(approval)).toEqual([]);
  });

  test('only heads with an endpoint are called', async () => {
    await asked();
    expect(q.world.rung.filter(({ bell }) => bell === 'ask')).toHaveLength(1);
  });

  test('a bell that comes twice calls once', async () => {
    const { ask } = await asked();
    await Promise.all([put(ask), put(ask)]);
    await put(ask);
    expect(received).toHaveLength(1);
  });

  test('who has voted, or whose question is closed, is not called', async () => {
    const { approval, ask } = await asked();
    await q.vote(approval, 'a');
    await put(ask);
    expect(received).toEqual([]);
    expect(await row(ask)).toMatchObject({ state: 'done' });
  });

  test('who has no endpoint any more is not called', async () => {
    const { ask } = await asked();
    await q.head('a');
    await put(ask);
    expect(await row(ask)).toMatchObject({ state: 'failed', last_fault: 'it has no endpoint any more' });
  });
});

describe('an answer in place', () => {
  test('counts when it is signed with the voter’s secret', async () => {
    const { approval, ask } = await asked();
    await q.vote(approval, 'b');
    reply = (got) => signed(ballotFor(got));
    await put(ask);
    expect(await ballots(approval)).toMatchObject([
      { voter_id: 'b' },
      { voter_id: 'a', decision: 'yes', reasoning: 'fits' },
    ]);
    expect((await q.approval(approval.id)).state).toBe('granted');
    expect(q.world.rung.some(({ bell, id }) => bell === 'execute' && id === approval.job_id)).toBe(true);
  });

  const cases: [string, (got: Received) => Reply][] = [
    ['without a signature', (got) => ({ status: 200, body: ballotFor(got) })],
    ['signed with another secret', (got) => signed(ballotFor(got), `whsec_${Buffer.alloc(32, 1).toString('base64')}`)],
    ['changed after it was signed', (got) => ({ ...signed(ballotFor(got)), body: ballotFor(got, { confidence: 1 }) })],
    ['that is the question itself, sent back', ({ headers, body }) => ({ status: 200, headers: only(headers), body })],
    ['about another approval', (got) => signed(ballotFor(got, { approval_id: 'approval_other' }))],
    ['with unknown fields', (got) => signed(ballotFor(got, { voter_id: 'b' }))],
    ['that is no JSON', () => signed('yes!')],
    ['that says no without a reason', (got) => signed(ballotFor(got, { decision: 'no', reasoning: '' }))],
  ];
  const only = (headers: IncomingMessage['headers']): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('webhook-'))) as Record<
      string,
      string
    >;

  test.each(cases)('%s counts nothing, and the voter may still vote', async (_, answer) => {
    const { approval, ask } = await asked();
    reply = answer;
    await put(ask);
    expect(await row(ask)).toMatchObject({ state: 'done' });
    expect(await ballots(approval)).toEqual([]);
    expect((await q.vote(approval, 'a')).approved_count).toBe(1);
  });

  test('signed long ago counts nothing', async () => {
    const { approval, ask } = await asked();
    reply = (got) => {
      const body = ballotFor(got);
      const at = new Date(q.world.clock.now().getTime() - 301_000);
      return { status: 200, headers: signedHeaders(secret, { id: 'm', at, body }), body };
    };
    await put(ask);
    expect(await ballots(approval)).toEqual([]);
  });

  test('about another definition ends the ask and counts nothing', async () => {
    const { approval, ask } = await asked();
    reply = (got) => signed(ballotFor(got, { definition_sha256: 'f'.repeat(64) }));
    await put(ask);
    expect(await row(ask)).toMatchObject({ state: 'failed', last_fault: expect.stringContaining('question_changed') });
    expect(await ballots(approval)).toEqual([]);
  });

  test('after the voter has answered otherwise changes nothing', async () => {
    const { approval, ask } = await asked();
    reply = async (got) => {
      await q.vote(approval, 'a', { decision: 'no', reasoning: 'first' });
      return signed(ballotFor(got));
    };
    await put(ask);
    expect(await ballots(approval)).toMatchObject([{ voter_id: 'a', decision: 'no' }]);
    expect(await row(ask)).toMatchObject({ state: 'done' });
  });

  test('of a call whose claim was taken over counts nothing', async () => {
    const { approval, ask } = await asked();
    reply = async (got) => {
      await q.inside((tx) => askWork.voidLeases(tx, {}));
      return signed(ballotFor(got));
    };
    await put(ask);
    expect(await ballots(approval)).toEqual([]);
    expect(await row(ask)).toMatchObject({ state: 'waiting', lease_until: null });
  });
});

describe('an endpoint that fails', () => {
  test('is tried again under the same id, then given up', async () => {
    const { ask } = await asked();
    reply = () => ({ status: 500 });
    for (let attempt = 1; attempt <= 2; attempt++) {
      await put(ask);
      expect(await row(ask)).toMatchObject({
        state: 'waiting',
        attempts: attempt,
        last_fault: 'the endpoint answered 500',
      });
    }
    await put(ask);
    expect(await row(ask)).toMatchObject({ state: 'failed', attempts: 3, due_at: null });
    await put(ask);
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([ask, ask, ask]);
  });

  test('waits before the next try, and the sweep rings for it', async () => {
    const { ask } = await asked();
    reply = () => ({ status: 503 });
    await put(ask);
    const due = (await row(ask))?.due_at?.getTime() ?? 0;
    expect(due).toBeGreaterThanOrEqual(q.world.clock.database() + 1000);
    const sweep = () => q.inside((tx) => askWork.sweep(tx, { limit: 9 }));
    expect(await sweep()).toEqual([]);
    await q.world.advance(10);
    expect(await sweep()).toMatchObject([{ id: ask }]);
  });

  test('that hangs up is a fault; one that may not be called is given up at once', async () => {
    await q.head('c', { endpoint: 'http://127.0.0.1:1/' });
    await q.head('d', { endpoint: 'http://10.0.0.1/' });
    await q.ask();
    for (const { id } of q.world.rung.filter(({ bell }) => bell === 'ask')) await put(id);
    const rows = await Promise.all(q.world.rung.filter(({ bell }) => bell === 'ask').map(({ id }) => row(id)));
    expect(rows.map((each) => [each?.voter_id, each?.state])).toEqual([
      ['a', 'done'],
      ['c', 'waiting'],
      ['d', 'failed'],
    ]);
  });

  test('a crash in the middle of a call counts as a try', async () => {
    const { ask } = await asked();
    for (let crash = 0; crash < 3; crash++) {
      await q.inside((tx) => askWork.claim(tx, { id: ask, state: 'waiting', lease_seconds: 60 }));
      await q.world.advance(61);
    }
    await put(ask);
    expect(received).toEqual([]);
    expect(await row(ask)).toMatchObject({ state: 'failed', last_fault: 'the call never came back' });
  });

  test('while one holds the claim, another does nothing', async () => {
    const { ask } = await asked();
    await q.inside((tx) => askWork.claim(tx, { id: ask, state: 'waiting', lease_seconds: 60 }));
    await put(ask);
    await put('ask_none');
    expect(received).toEqual([]);
  });
});

test('a signature needs its headers', () => {
  const at = new Date('2026-03-01T12:00:00Z');
  const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const headers = signedHeaders(key, { id: 'm', at, body: 'x' });
  expect(isSigned(key, { headers, body: 'x', at })).toBe(true);
  const two = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` };
  expect(isSigned(key, { headers: two, body: 'x', at })).toBe(true);
  for (const name of Object.keys(headers)) {
    expect(isSigned(key, { headers: { ...headers, [name]: '' }, body: 'x', at })).toBe(false);
  }
  expect(isSigned(key, { headers: {}, body: 'x', at })).toBe(false);
});
