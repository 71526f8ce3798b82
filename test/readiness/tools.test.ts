import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkReadiness } from '../../shared/readiness/check.ts';
import { useTools } from '../../shared/tools/use.ts';
import { aDefinition } from '../jobs/a-job.ts';
import { register } from '../tools/a-tool.ts';
import { openWorld, type World } from '../world.ts';
import { openServer, type Server } from './a-server.ts';

let world: World;
let server: Server;
beforeEach(async () => {
  world = await openWorld();
  server = await openServer(({ path }) =>
    path === '/slow' ? undefined : { status: Number(path.slice(1)), body: 'x'.repeat(path === '/299' ? 100_000 : 10) },
  );
});
afterEach(async () => {
  await world.close();
  await server.close();
});

/** The check of one tool that is needed so. */
const check = async (...needs: Record<string, unknown>[]) => {
  const definition = aDefinition({ required_tools: needs.map((need) => ({ tool_name: 'linter', ...need })) });
  const { checks } = await checkReadiness(world.platform, { definition }, []);
  const [found, ...others] = checks.filter(({ name }) => name.startsWith('tool:'));
  expect(others).toEqual([]);
  return found;
};
const begun = (calls: number) =>
  world.platform.db.transaction('use', (tx) =>
    useTools(tx, { deployment_id: tx.newId('deploy'), tools: [{ tool_name: 'linter', estimated_calls: calls }] }),
  );

describe('a tool', () => {
  it('that is not registered fails, and says how to register it', async () => {
    expect(await check({})).toMatchObject({
      name: 'tool:linter',
      state: 'failed',
      reason: 'The tool "linter" is not registered.',
      remedy: 'Register it with POST /v1/deployment/tools/register.',
    });
  });

  it.each([{ required: false }, { fallback_available: true }])('that is missing but %j is a warning', async (need) => {
    expect(await check(need)).toMatchObject({ state: 'warned', reason: 'The tool "linter" is not registered.' });
  });

  it('named twice is required when it is required once', async () => {
    expect(await check({ required: false }, { required: true })).toMatchObject({ state: 'failed' });
  });

  it('without a probe passes when it is registered', async () => {
    await register(world);
    expect(await check({ min_rate_limit: 1000 })).toMatchObject({
      state: 'passed',
      reason: 'It is registered; it has no probe.',
      remedy: null,
    });
  });
});

describe('a probe', () => {
  it.each([200, 204, 299, 302, 401, 403, 405])('that answers %d says that the tool is up', async (status) => {
    await register(world, { probe_url: `${server.url}/${status}` });
    expect(await check({})).toMatchObject({ state: 'passed', remedy: null });
    expect(server.asked).toMatchObject([{ method: 'GET', body: '' }]);
  });

  it.each([404, 429, 500, 503])('that answers %d says that the tool is down', async (status) => {
    await register(world, { probe_url: `${server.url}/${status}` });
    expect(await check({})).toMatchObject({
      state: 'failed',
      reason: `The probe of "linter" says: it answers with ${status}.`,
      remedy: 'Bring the tool up, or register another probe_url.',
    });
    expect(await check({ required: false })).toMatchObject({ state: 'warned' });
  });

  it('that does not answer within two seconds fails', async () => {
    await register(world, { probe_url: `${server.url}/slow` });
    const began = performance.now();
    expect(await check({})).toMatchObject({ state: 'failed', reason: expect.stringContaining('took too long') });
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it('where nobody listens fails', async () => {
    const gone = await openServer(() => ({}));
    await gone.close();
    await register(world, { probe_url: gone.url });
    expect(await check({})).toMatchObject({ state: 'failed', reason: expect.stringContaining('cannot be reached') });
  });

  it('of a private address is not made', async () => {
    await register(world, { probe_url: 'http://10.0.0.1/' });
    expect(await check({})).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('is not a public address'),
    });
  });
});

describe('the calls a minute', () => {
  it('that a tool allows must be as many as the job says', async () => {
    await register(world, { rate_limit: 10 });
    expect(await check({ min_rate_limit: 10 })).toMatchObject({ state: 'passed' });
    expect(await check({ min_rate_limit: 11 })).toMatchObject({
      state: 'failed',
      reason: '"linter" allows 10 calls a minute and the job needs 11.',
      remedy: 'Register a higher rate_limit, or lower min_rate_limit.',
    });
    expect(await check({ min_rate_limit: 11, fallback_available: true })).toMatchObject({ state: 'warned' });
  });

  it('that are free must be as many as the job makes', async () => {
    await register(world, { rate_limit: 10 });
    await begun(6);
    expect(await check({ estimated_calls: 4 })).toMatchObject({ state: 'passed' });
    expect(await check({ estimated_calls: 2 }, { estimated_calls: 3 })).toMatchObject({
      state: 'failed',
      reason: '"linter" has 4 of 10 calls free this minute and the job makes 5.',
      remedy: 'Wait a minute, or register a higher rate_limit.',
    });
    await world.advance(60);
    expect(await check({ estimated_calls: 5 })).toMatchObject({ state: 'passed' });
  });

  it('are a whole minute’s for a job that makes more than a minute allows', async () => {
    await register(world, { rate_limit: 10 });
    expect(await check({ estimated_calls: 50 })).toMatchObject({ state: 'passed' });
    await begun(1);
    expect(await check({ estimated_calls: 50 })).toMatchObject({ state: 'failed' });
  });

  it('are not probed for when there are too few', async () => {
    await register(world, { rate_limit: 1, probe_url: `${server.url}/200` });
    await check({ min_rate_limit: 2 });
    expect(server.asked).toEqual([]);
  });
});
