import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Secrets } from '../../shared/platform/secrets/secrets.ts';
import { checkReadiness } from '../../shared/readiness/check.ts';
import { aDefinition, later } from '../jobs/a-job.ts';
import { register } from '../tools/a-tool.ts';
import { openWorld, type World } from '../world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld({ SECRET_LINTER_KEY: 'canary-7f3a' });
});
afterEach(() => world.close());

interface Asking {
  tools?: Record<string, unknown>[];
  secrets?: Secrets;
}

const check = async ({ tools = [{}], secrets = world.platform.secrets }: Asking = {}) => {
  const required_tools = tools.map((tool) => ({ tool_name: 'linter', ...tool }));
  const readiness = await checkReadiness(
    { ...world.platform, secrets },
    { definition: aDefinition({ required_tools }) },
    [],
  );
  expect(JSON.stringify(readiness)).not.toContain('canary');
  return readiness.checks.filter(({ name }) => name.startsWith('credential:'));
};

describe('a credential', () => {
  it('that is there passes', async () => {
    await register(world, { secret_name: 'linter-key' });
    expect(await check()).toMatchObject([
      { name: 'credential:linter-key', state: 'passed', reason: 'It is there.', remedy: null },
    ]);
  });

  it('that is absent fails, and says where to put it', async () => {
    await register(world, { secret_name: 'other-key' });
    expect(await check()).toMatchObject([
      {
        name: 'credential:other-key',
        state: 'failed',
        reason: 'The secret "other-key" is not there.',
        remedy: 'Put it into the setting SECRET_OTHER_KEY.',
      },
    ]);
  });

  it('that has expired fails, by the time of the database', async () => {
    await register(world, { secret_name: 'linter-key', secret_expires_at: later(7200).toISOString() });
    expect(await check()).toMatchObject([
      { state: 'passed', reason: `It is there until ${later(7200).toISOString()}.` },
    ]);
    world.clock.skewProcess(10_000);
    expect(await check()).toMatchObject([{ state: 'passed' }]);
    world.clock.skewDatabase(7200);
    expect(await check()).toMatchObject([
      {
        state: 'failed',
        reason: `The secret "linter-key" expired at ${later(7200).toISOString()}.`,
        remedy: 'Renew it, and register the tool with its new secret_expires_at.',
      },
    ]);
  });

  it('that expires before the job may end is a warning', async () => {
    await register(world, { secret_name: 'linter-key', secret_expires_at: later(3599).toISOString() });
    expect(await check()).toMatchObject([{ state: 'warned', reason: expect.stringContaining('before the job ends') }]);
  });

  it('expires when its keeper says so, if that is earlier', async () => {
    await register(world, { secret_name: 'linter-key', secret_expires_at: later(90_000).toISOString() });
    const get = async () => ({ value: 'canary', expires_at: later(-1), previous: null });
    const secrets = { ...world.platform.secrets, get };
    expect(await check({ secrets })).toMatchObject([
      { state: 'failed', reason: expect.stringContaining(later(-1).toISOString()) },
    ]);
  });

  it('whose keeper gives no answer fails, and the log says why', async () => {
    await register(world, { secret_name: 'linter-key' });
    const get = () => Promise.reject(new Error('vault is sealed'));
    const secrets = { ...world.platform.secrets, get };
    expect(await check({ secrets })).toMatchObject([
      { state: 'failed', remedy: 'See to it that the secret store can be reached.' },
    ]);
    expect(JSON.stringify(world.logged)).toContain('vault is sealed');
  });

  it('of a tool that the job can do without is a warning', async () => {
    await register(world, { secret_name: 'other-key' });
    expect(await check({ tools: [{ required: false }] })).toMatchObject([{ state: 'warned' }]);
  });

  it('of two tools is checked once, the earlier end counts, and it is needed if one needs it', async () => {
    await register(world, { secret_name: 'linter-key' });
    await register(world, { name: 'fuzzer', secret_name: 'linter-key', secret_expires_at: later(-1).toISOString() });
    expect(await check({ tools: [{}, { tool_name: 'fuzzer', required: false }] })).toMatchObject([{ state: 'failed' }]);
  });

  it('is not asked for of a tool that needs none', async () => {
    await register(world);
    expect(await check()).toEqual([]);
  });
});
