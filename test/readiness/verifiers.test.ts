import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkReadiness } from '../../shared/readiness/check.ts';
import { verifiersFor } from '../../shared/readiness/checks/verifiers.ts';
import { toldToVerifiers } from '../../shared/readiness/question.ts';
import { aDefinition } from '../jobs/a-job.ts';
import { verifier } from '../tools/a-tool.ts';
import { openWorld, type World } from '../world.ts';
import { openServer, type Said, type Server } from './a-server.ts';

let world: World;
let server: Server;
let said: Said | undefined;
beforeEach(async () => {
  said = { body: '{"checks":[]}' };
  world = await openWorld({}, { at: new Date() }); // whoever checks a signature looks at its time
  server = await openServer(() => said);
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const check = async (facts: Record<string, unknown> = {}, version?: number) => {
  const definition = aDefinition(facts);
  const verifiers = await verifiersFor(world.platform.db.read, definition);
  const { checks } = await checkReadiness(world.platform, { definition, id: 'deploy_1', version }, verifiers);
  return checks.filter(({ name }) => name.startsWith('verifier:'));
};
const answering = async (body: unknown) => {
  said = { body: typeof body === 'string' ? body : JSON.stringify(body) };
  await verifier(world, { url: server.url });
  return check();
};

describe('a verifier', () => {
  it('is asked with a signature that who has the secret can check', async () => {
    const { secret } = await verifier(world, { url: `${server.url}/checks` });
    await check({ input: { path: 'src', token: 'canary' }, sensitive: ['input.token'], payload: 'long' });
    const [asked] = server.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/checks', headers: { 'content-type': 'application/json' } });
    const told = new Webhook(secret ?? '').verify(asked?.body ?? '', asked?.headers as Record<string, string>);
    expect(told).toMatchObject({
      type: 'readiness.check',
      deployment_id: 'deploy_1',
      definition: { job_name: 'scan', category: 'core_security', input: { path: 'src' } },
    });
    expect(asked?.body).not.toMatch(/canary|"payload"/);
  });

  it('is asked with the same id when a try is repeated, and with another at the next', async () => {
    await verifier(world, { url: server.url });
    for (const version of [2, 2, 4]) await check({}, version);
    const [first, again, next] = server.asked.map(({ headers }) => headers['webhook-id']);
    expect(first).toMatch(/^vrf_/);
    expect([again === first, next === first]).toEqual([true, false]);
  });

  it('has its own checks merged in under its name', async () => {
    const found = await answering({
      checks: [
        { name: 'licence', state: 'passed', reason: 'Licensed.', extra: 1 },
        { name: 'freeze', state: 'failed', reason: 'Releases are frozen.', remedy: 'Wait until Monday.' },
        { name: 'quota', state: 'warned', reason: 'Nearly used up.' },
      ],
      more: true,
    });
    expect(found).toMatchObject([
      { name: 'verifier:audit:licence', state: 'passed', reason: 'Licensed.', remedy: null },
      { name: 'verifier:audit:freeze', state: 'failed', reason: 'Releases are frozen.', remedy: 'Wait until Monday.' },
      { name: 'verifier:audit:quota', state: 'warned', remedy: 'Ask those who run the verifier "audit".' },
    ]);
  });

  it('that has nothing to check passes', async () => {
    expect(await answering({ checks: [] })).toMatchObject([{ name: 'verifier:audit', state: 'passed' }]);
  });

  it('is asked about jobs of its categories only', async () => {
    await verifier(world, { url: server.url, categories: ['data', 'ai_ml'] });
    expect([await check(), server.asked]).toEqual([[], []]);
    expect(await check({ category: 'data' })).toHaveLength(1);
  });

  it('that is one of several is asked beside the others', async () => {
    for (const name of ['audit', 'legal']) await verifier(world, { name, url: server.url });
    expect((await check()).map(({ name }) => name)).toEqual(['verifier:audit', 'verifier:legal']);
  });
});

const one = { name: 'licence', state: 'passed', reason: 'Fine.' };

describe('a verifier that cannot be believed fails', () => {
  it.each([
    ['no JSON', '<html>'],
    ['nothing', ''],
    ['another shape', '[]'],
    ['null', 'null'],
    ['no checks', '{}'],
    ['a state of its own', { checks: [{ ...one, state: 'ok' }] }],
    ['no reason', { checks: [{ name: 'licence', state: 'passed' }] }],
    ['a reason without end', { checks: [{ ...one, reason: 'x'.repeat(1001) }] }],
    ['a reason with control characters', { checks: [{ ...one, reason: 'a\u0000b' }] }],
    ['half a character', '{"checks":[{"name":"a","state":"passed","reason":"\\ud800"}]}'],
    ['a name that looks like another check', { checks: [{ ...one, name: 'x:tool' }] }],
    ['a prototype', '{"checks":[{"__proto__":{"name":"a","state":"passed","reason":"b"}}]}'],
    ['too many checks', { checks: Array.from({ length: 51 }, () => one) }],
    ['depth without end', '['.repeat(30_000)],
  ])('when it answers with %s', async (_, body) => {
    const found = await answering(body);
    expect(found).toMatchObject([
      { name: 'verifier:audit', state: 'failed', remedy: expect.stringContaining('{"checks": […]}') },
    ]);
    expect(found[0]?.reason).toMatch(/^The verifier "audit" gave no checks: its answer does not fit: .{1,300}\.$/);
  });

  it('when its answer is huge', async () => {
    expect(await answering(JSON.stringify({ checks: [one], pad: 'x'.repeat(70_000) }))).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('more than 65536 bytes') },
    ]);
  });

  it('when it answers with another status', async () => {
    await verifier(world, { url: server.url });
    for (const status of [201, 302, 404, 500]) {
      said = { status, body: '{"checks":[]}' };
      expect(await check()).toMatchObject([
        { state: 'failed', reason: expect.stringContaining(`it answered with ${status}`) },
      ]);
    }
  });

  it('when nobody listens, and the remedy says what to do', async () => {
    await verifier(world, { url: server.url });
    await server.close();
    expect(await check()).toMatchObject([
      {
        state: 'failed',
        reason: expect.stringContaining('cannot be reached'),
        remedy: 'See to it that it answers {"checks": […]} within 5 s, or delete it.',
      },
    ]);
  });

  it('when its address is private', async () => {
    await verifier(world, { url: 'http://169.254.169.254/latest' });
    expect(await check()).toMatchObject([{ state: 'failed', reason: expect.stringContaining('metadata') }]);
  });
});

describe('what a verifier is told', () => {
  it('leaves out what the job calls sensitive, wherever it stands', () => {
    const input = { a: { b: { c: 1, d: 2 } }, list: [1], token: 'x' };
    const definition = aDefinition({
      input,
      sensitive: ['input.a.b.c', 'input.token', 'input.none', 'input.list.0', 'input.a.none.c'],
    });
    expect(toldToVerifiers({ definition })).toMatchObject({
      deployment_id: null,
      definition: { input: { a: { b: { d: 2 } }, list: [1] } },
    });
    expect(toldToVerifiers({ definition })).not.toHaveProperty('definition.input.token');
    expect(definition.input).toEqual(input);
  });
});
