/** Verifiers that are agents: asked by mail or at their endpoint while a job is being validated. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stages } from '../../functions/stages.ts';
import { moveAgent } from '../../shared/agents/move-agent.ts';
import { lockAgent } from '../../shared/agents/store.ts';
import type { ReceivedMessage } from '../../shared/messages/message.ts';
import { SendInput } from '../../shared/messages/message.ts';
import { receiveMessages } from '../../shared/messages/receive.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { signedHeaders } from '../../shared/platform/outbound/signature.ts';
import { validateJob } from '../../shared/road/validate.ts';
import { validateDefinition } from '../../shared/road/validate-definition.ts';
import { deleteVerifier } from '../../shared/tools/delete-verifier.ts';
import type { VerificationRow } from '../../shared/tools/verification.ts';
import { openServer, type Asked, type Said, type Server } from '../readiness/a-server.ts';
import { verifyingAgent } from '../tools/a-tool.ts';
import { admin, asAgent, definition, openTown, submitter, type Town } from './town.ts';

type Facts = Record<string, unknown>;

let town: Town;
beforeEach(async () => {
  town = await openTown({}, { at: new Date() }); // whoever checks a signature looks at its time
});
afterEach(() => town.close());

const passing = { name: 'licence', state: 'passed', reason: 'Licensed.' };
const failing = { name: 'freeze', state: 'failed', reason: 'Frozen until Monday.', remedy: 'Wait.' };

/** Registers agents as verifiers, by mail unless they have an endpoint. */
async function verifiers(...names: string[]): Promise<void> {
  for (const name of names) {
    await town.agent(`${name}-agent`);
    await verifyingAgent(town, `${name}-agent`, { name });
  }
  town.world.rung.length = 0;
}

const mailOf = async (agent = 'audit-agent'): Promise<ReceivedMessage[]> =>
  (await receiveMessages(town.platform, asAgent(agent), { agent_id: agent, max: 10, wait_seconds: 0 })).messages;

/** The answer to a request, as its agent would write it. */
const answerTo = ({ body, correlation_id }: ReceivedMessage, checks: Facts[] = [passing], more: Facts = {}) => {
  const { job_id, deployment_id, definition_sha256 } = body;
  return {
    ...{ to_agent: 'muster', type: 'verification_answer', correlation_id },
    body: { job_id, deployment_id, definition_sha256, checks, ...more },
  };
};
const send = (message: Facts | { messages: Facts[] }, agent = 'audit-agent') =>
  sendMessages(town.platform, asAgent(agent), SendInput.parse(message));

/** Lets time pass while stages wait for answers. */
async function slowly(work: () => Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const working = work().finally(() => over.abort());
  while (!over.signal.aborted) await town.world.advance(0.25);
  await working;
}

/** What comes to the verifier next: whoever sends it needs turns of the event loop, which reading alone never gives. */
async function firstMail(): Promise<ReceivedMessage> {
  for (;;) {
    const [mail] = await mailOf();
    if (mail !== undefined) return mail;
    await new Promise(setImmediate);
  }
}

/** A job that waits for the verifier. */
async function waiting(more: Parameters<Town['submit']>[0] = {}): Promise<string> {
  const id = await town.submit(more);
  await slowly(town.settle);
  return id;
}

const checks = async (id: string) =>
  (await town.answer(id)).validation?.checks.filter(({ name }) => name.startsWith('verifier:'));
const rows = () => town.sql<VerificationRow>('select * from verifications order by verifier');

describe('a verifier that is asked by mail', () => {
  test('is told what to check, without the payload and without what is sensitive', async () => {
    await verifiers('audit');
    const id = await waiting({ payload: 'long', input: { path: 'src', token: 'canary' }, sensitive: ['input.token'] });
    const [mail] = await mailOf();
    const [row] = await rows();
    expect(mail).toMatchObject({ from_id: 'muster', type: 'verification_request', correlation_id: row?.id });
    expect(mail?.body).toMatchObject({
      ...{ verification_id: row?.id, verifier: 'audit', job_id: id },
      ...{ deployment_id: row?.deployment_id, definition_sha256: row?.definition_sha256 },
      definition: { job_name: 'report', input: { path: 'src' } },
    });
    expect(JSON.stringify(mail)).not.toMatch(/canary|payload|sealed/);
  });

  test('counts at once when it answers within the time', async () => {
    await verifiers('audit');
    const id = await town.submit();
    const settling = slowly(town.settle);
    const mail = await firstMail();
    await send(answerTo(mail, [passing, { name: 'quota', state: 'warned', reason: 'Nearly used up.' }]));
    await settling;
    expect(await town.state(id)).toBe('awaiting_approval');
    expect(await town.events(id)).toEqual(['submitted', 'estimated', 'validated']);
    expect(await checks(id)).toMatchObject([
      { name: 'verifier:audit:licence', state: 'passed', remedy: null },
      { name: 'verifier:audit:quota', state: 'warned', remedy: 'Ask those who run the verifier "audit".' },
    ]);
    expect(await rows()).toEqual([]);
  });

  test('blocks the job until it answers, which wakes it', async () => {
    await verifiers('audit');
    const id = await waiting();
    expect(await town.answer(id)).toMatchObject({
      state: 'blocked',
      blocked: { code: 'not_ready', waits_for: 'verifier:audit' },
    });
    expect(await checks(id)).toMatchObject([
      {
        ...{ name: 'verifier:audit', state: 'failed' },
        reason: expect.stringMatching(/^The verifier "audit" was asked at 20.*Z and has not answered yet\.$/),
        remedy: expect.stringContaining('the agent "audit-agent" runs; after 300 s it is asked anew'),
      },
    ]);
    const [mail] = await mailOf();
    const answered = await send(answerTo(mail ?? never()));
    expect(answered.messages).toMatchObject([{ to_agent: 'muster' }]);
    await town.settle();
    expect(await town.state(id)).toBe('awaiting_approval');
    expect(await town.events(id)).toEqual(['submitted', 'estimated', 'blocked', 'resumed', 'validated']);
    expect(await town.sql("select state, type from messages where to_agent = 'muster'")).toEqual([
      { state: 'acknowledged', type: 'verification_answer' },
    ]);
  });

  test('whose answer comes between the last look and the block is heard at once', async () => {
    await verifiers('audit');
    const { db } = town.platform;
    let answered = false;
    const transaction: typeof db.transaction = async (name, work) => {
      if (name === 'validateJob' && !answered) {
        answered = true;
        await send(answerTo((await mailOf())[0] ?? never()));
        town.lose(); // the bell found a job that was not blocked yet
      }
      return db.transaction(name, work);
    };
    const id = await town.submit();
    await slowly(() =>
      town.world.settle((platform, { bell, id: about }) =>
        stages[bell].run({ ...platform, db: { ...db, transaction } }, about),
      ),
    );
    expect([answered, await town.state(id)]).toEqual([true, 'awaiting_approval']);
    expect(await town.events(id)).toEqual(['submitted', 'estimated', 'blocked', 'resumed', 'validated']);
  });

  test('that found something wrong is asked anew at the next try, and not before', async () => {
    await verifiers('audit');
    const id = await waiting();
    const [mail] = await mailOf();
    await send(answerTo(mail ?? never(), [failing]));
    await town.settle();
    expect(await town.answer(id)).toMatchObject({
      state: 'blocked',
      blocked: { waits_for: 'verifier:audit', detail: 'Frozen until Monday. Wait.' },
    });
    expect(await mailOf()).toEqual([]);
    await town.pass(60);
    const sweeping = town.sweep();
    const again = await firstMail();
    expect(again.correlation_id).not.toBe(mail?.correlation_id);
    await send(answerTo(again));
    await sweeping;
    expect(await town.state(id)).toBe('awaiting_approval');
  });

  test('is asked once while its answer is awaited, and anew when that never comes', async () => {
    await verifiers('audit');
    const id = await waiting();
    expect(await mailOf()).toHaveLength(1);
    await town.pass(90);
    await town.sweep();
    expect([await town.state(id), await mailOf()]).toMatchObject(['blocked', [{ attempt: 2 }]]);
    await town.pass(600);
    await slowly(town.sweep.bind(town));
    expect(await mailOf()).toMatchObject([{ attempt: 1 }]);
  });

  test('beside another is not asked again while the other is awaited', async () => {
    await verifiers('audit', 'legal');
    const id = await waiting();
    await send(answerTo((await mailOf())[0] ?? never()));
    await town.settle();
    expect(await town.job(id)).toMatchObject({ state: 'blocked', waits_for: 'verifier:legal' });
    await send(answerTo((await mailOf('legal-agent'))[0] ?? never()), 'legal-agent');
    await town.settle();
    expect(await town.state(id)).toBe('awaiting_approval');
    expect(await town.sql("select id from messages where type = 'verification_request'")).toHaveLength(2);
  });

  test('that is deleted holds nobody up', async () => {
    await verifiers('audit');
    const id = await waiting();
    await deleteVerifier(town.platform, admin, { name: 'audit' });
    await town.settle();
    expect(await town.state(id)).toBe('awaiting_approval');
  });

  test.each(['isolated', 'retired'] as const)('that is %s is not asked', async (state) => {
    await verifiers('audit');
    await town.platform.db.transaction('move', async (tx) => {
      const agent = (await lockAgent(tx, { id: 'audit-agent' })) ?? never();
      await moveAgent(tx, agent, { is: { state }, happening: { type: state, actor: 'ada', data: {} } });
    });
    const id = await town.submitted();
    expect(await checks(id)).toMatchObject([
      { state: 'failed', reason: `The verifier "audit" is the agent "audit-agent", which is ${state}.` },
    ]);
    expect(await rows()).toEqual([]);
    const { validation } = await validateDefinition(town.platform, submitter, definition());
    expect(validation.is_ready).toBe(false);
  });

  test('is not asked by a validation that stores nothing', async () => {
    await verifiers('audit');
    const { is_valid, validation } = await validateDefinition(town.platform, submitter, definition());
    expect(is_valid).toBe(true);
    expect(validation.warnings).toMatchObject([
      'The verifier "audit" is the agent "audit-agent", which is asked when there is a job. Submit the job to hear what it says.',
    ]);
    expect([await rows(), await mailOf()]).toEqual([[], []]);
  });
});

describe('an answer by mail', () => {
  let mail: ReceivedMessage;
  let id: string;
  beforeEach(async () => {
    await verifiers('audit');
    id = await waiting();
    mail = (await mailOf())[0] ?? never();
  });
  const stays = async () => {
    await town.settle();
    expect([await town.state(id), (await rows())[0]?.checks ?? null]).toEqual(['blocked', null]);
  };

  test.each(['job_id', 'deployment_id', 'definition_sha256'])('about another %s is refused', async (field) => {
    await expect(send(answerTo(mail, [passing], { [field]: 'other' }))).rejects.toMatchObject({
      code: 'question_changed',
      message: `The answer does not count: it is about another ${field} than was asked about.`,
    });
    await stays();
  });

  test('of another agent is refused, and so is one that nobody has asked for', async () => {
    await town.agent('mallory');
    const refused = { code: 'not_found', message: expect.stringContaining('You are not asked this') };
    await expect(send(answerTo(mail), 'mallory')).rejects.toMatchObject(refused);
    await expect(send({ ...answerTo(mail), correlation_id: 'vrf_other' })).rejects.toMatchObject(refused);
    await expect(send({ ...answerTo(mail), correlation_id: undefined })).rejects.toMatchObject(refused);
    await stays();
  });

  test('that does not fit is refused with pointers', async () => {
    const odd = answerTo(mail, [{ ...passing, state: 'ok' }], { job_id: 7 });
    const at = (given: Facts): Promise<unknown> => send(given).catch((error: unknown) => error);
    expect(await at(odd)).toMatchObject({ code: 'invalid' });
    const pointers = (error: unknown) =>
      (error as { facts: { errors: { pointer: string }[] } }).facts.errors.map(({ pointer }) => pointer).toSorted();
    expect(pointers(await at(odd))).toEqual(['/body/checks/0/state', '/body/job_id']);
    const second = { messages: [answerTo(mail), odd] };
    expect(pointers(await at(second))).toEqual(['/messages/1/body/checks/0/state', '/messages/1/body/job_id']);
    await stays();
  });

  test('that is too large is refused', async () => {
    await expect(send(answerTo(mail, [passing], { more: 'x'.repeat(65_536) }))).rejects.toMatchObject({
      code: 'too_large',
    });
    await stays();
  });

  test('counts once: the same again changes nothing, another is refused', async () => {
    await send(answerTo(mail));
    await send(answerTo(mail));
    await expect(send(answerTo(mail, [failing]))).rejects.toMatchObject({ code: 'conflict' });
    await town.settle();
    expect(await town.state(id)).toBe('awaiting_approval');
    await expect(send(answerTo(mail))).rejects.toMatchObject({ code: 'not_found' });
  });

  test('goes to Muster, which takes nothing else', async () => {
    const refused = { code: 'channel_closed' };
    await expect(send({ ...answerTo(mail), to_agent: 'writer' })).rejects.toMatchObject(refused);
    await expect(send({ to_agent: 'muster', type: 'custom', body: {} })).rejects.toMatchObject(refused);
    await expect(
      send({ messages: [{ to_agent: 'writer', type: 'custom', body: {} }, answerTo(mail)] }),
    ).rejects.toMatchObject(refused);
    await expect(send({ to_agent: 'writer', type: 'verification_request', body: {} })).rejects.toMatchObject({
      ...{ code: 'invalid', facts: { errors: [{ pointer: '/type' }] } },
    });
    await stays();
    expect(await town.sql("select id from messages where to_agent = 'writer'")).toEqual([]);
  });
});

describe('a verifier with an endpoint', () => {
  let server: Server;
  let secret: string;
  let say: (asked: Asked) => Said | undefined;
  beforeEach(async () => {
    server = await openServer((asked) => say(asked));
    secret = (await town.agent('audit-agent', { endpoint: server.url })) ?? never();
    await verifyingAgent(town, 'audit-agent');
    town.world.rung.length = 0;
  });
  afterEach(() => server.close());

  const signed = (body: string, key = secret): Said => ({
    ...{ status: 200, body },
    headers: signedHeaders(key, { id: 'msg_answer', at: town.world.clock.now(), body }),
  });
  const reply = ({ body }: Asked, said: Facts[] = [passing], more: Facts = {}): string => {
    const { verification_id, job_id, deployment_id, definition_sha256 } = JSON.parse(body) as Facts;
    return JSON.stringify({ verification_id, job_id, deployment_id, definition_sha256, checks: said, ...more });
  };

  test('is called, signed, and counts at once when it answers in place', async () => {
    say = (asked) => signed(reply(asked));
    const id = await town.submitted();
    expect(await town.state(id)).toBe('awaiting_approval');
    expect(await checks(id)).toMatchObject([{ name: 'verifier:audit:licence', state: 'passed' }]);
    const [asked] = server.asked;
    expect(asked?.headers['webhook-id']).toMatch(/^vrf_/);
    expect(JSON.parse(asked?.body ?? '')).toMatchObject({ type: 'verification_request', job_id: id });
    expect([server.asked.length, await mailOf()]).toEqual([1, []]);
  });

  test('may say that it answers later, by mail', async () => {
    say = () => ({ status: 202 });
    const id = await waiting();
    expect(await town.job(id)).toMatchObject({ state: 'blocked', waits_for: 'verifier:audit' });
    const { job_id, deployment_id, definition_sha256, verification_id } = JSON.parse(
      server.asked[0]?.body ?? '',
    ) as Facts;
    const body = { job_id, deployment_id, definition_sha256, checks: [passing] };
    await send({ to_agent: 'muster', type: 'verification_answer', correlation_id: verification_id, body });
    await town.settle();
    expect([await town.state(id), server.asked.length]).toEqual(['awaiting_approval', 1]);
  });

  test.each<[string, (asked: Asked) => Said, string]>([
    ['without a signature', (asked) => ({ status: 200, body: reply(asked) }), 'its answer was not signed'],
    ['with another secret', (asked) => signed(reply(asked), `whsec_${'A'.repeat(43)}=`), 'its answer was not signed'],
    ['with an error', () => ({ status: 500 }), 'it answered with 500'],
    ['with no JSON', () => signed('<html>'), 'its answer does not fit'],
    ['with other states', (asked) => signed(reply(asked, [{ ...passing, state: 'ok' }])), 'its answer does not fit'],
    ['for another job', (asked) => signed(reply(asked, [passing], { job_id: 'job_x' })), 'it is about another job_id'],
    ['to another request', (asked) => signed(reply(asked, [passing], { verification_id: 'x' })), 'it answered another'],
    ['at length', () => signed('x'.repeat(70_000)), 'more than 65536 bytes'],
  ])('that answers %s fails, with the reason, and is called again at the next try', async (_, said, reason) => {
    say = said;
    const id = await town.submitted();
    expect(await checks(id)).toMatchObject([
      {
        ...{ name: 'verifier:audit', state: 'failed', reason: expect.stringContaining(reason) },
        remedy: expect.stringContaining('signed checks'),
      },
    ]);
    say = (asked) => signed(reply(asked));
    await town.pass(30);
    await town.sweep();
    expect([await town.state(id), server.asked.length]).toEqual(['awaiting_approval', 2]);
    const ids = server.asked.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
  });

  test('is called again with the same id when the try was broken off', async () => {
    say = () => undefined;
    const id = await town.submit();
    await town.world.settle(async (platform, ring) => {
      if (ring.bell === 'estimate') await stages.estimate.run(platform, ring.id);
    });
    const broken = {
      ...town.platform,
      outbound: { call: () => Promise.reject(new Error('cut')), check: async () => {}, close: async () => {} },
    };
    await validateJob(broken, id);
    expect(await town.job(id)).toMatchObject({ state: 'estimated', attempts: 1, last_fault: 'Error: cut' });
    const [row] = await rows();
    say = (asked) => signed(reply(asked));
    await town.pass(5);
    await town.sweep();
    expect([await town.state(id), server.asked[0]?.headers['webhook-id']]).toEqual(['awaiting_approval', row?.id]);
  });
});

function never(): never {
  throw new Error('there is none');
}
