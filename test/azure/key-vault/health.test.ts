/** What callers see of a vault: health, problems, readiness. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { route } from '../../../functions/http/route.ts';
import { timers } from '../../../functions/timers.ts';
import { checkHealth } from '../../../shared/insights/health.ts';
import { checkReadiness } from '../../../shared/readiness/check.ts';
import { openDesk, plainRoutes } from '../../http/desk.ts';
import { aDefinition, later } from '../../jobs/a-job.ts';
import { register } from '../../tools/a-tool.ts';
import { openWorld, type World } from '../../world.ts';
import type { Tokens } from './a-token-endpoint.ts';
import { openVaultServer, type Vault } from './a-vault.ts';
import { openVaultWorld } from './a-vault-world.ts';
import { openIdentity } from './an-identity.ts';

let tokens: Tokens;
let vault: Vault;
let world: World;

beforeAll(async () => {
  tokens = await openIdentity();
});
afterAll(() => tokens.close());
beforeEach(async () => {
  vault = await openVaultServer(tokens);
  world = await openVaultWorld(vault);
});
afterEach(async () => {
  await world.close();
  await vault.close();
});

const secretsCheck = async ({ platform } = world) =>
  (await checkHealth(platform)).checks.find(({ name }) => name === 'secrets');

it('health says since when old values are served, and nothing of secrets where there is no vault', async () => {
  vault.secrets.put('linter-key', 'one');
  await world.platform.secrets.get('linter_key');
  expect(await secretsCheck()).toMatchObject({ status: 'ok', figures: { away_seconds: 0 } });
  await world.advance(300);
  vault.fail({ status: 503 }, 3);
  await world.platform.secrets.get('linter_key');
  await world.advance(5);
  expect(await secretsCheck()).toMatchObject({ status: 'degraded', figures: { away_seconds: 5 } });
  const without = await openWorld();
  expect(await secretsCheck(without)).toBeUndefined();
  await without.close();
});

it('readiness knows when a secret of the vault ends, and where a missing one belongs', async () => {
  const credentials = async () => {
    const definition = aDefinition({ required_tools: [{ tool_name: 'linter' }] });
    const { checks } = await checkReadiness(world.platform, { definition }, []);
    return checks.find(({ name }) => name === 'credential:linter-key');
  };
  await register(world, { secret_name: 'linter-key' });
  expect(await credentials()).toMatchObject({ state: 'failed', remedy: 'Put it into the key vault as linter-key.' });
  vault.secrets.put('linter-key', 'one', { exp: later(7200) });
  await world.advance(30);
  expect(await credentials()).toMatchObject({
    state: 'passed',
    reason: `It is there until ${later(7200).toISOString()}.`,
  });
  await world.advance(7200);
  expect(await credentials()).toMatchObject({ state: 'failed', reason: expect.stringContaining('expired') });
});

it('a caller is told to try again while the vault does not answer', async () => {
  const sealing = route('submitJob', 'POST /v1/sealing', {
    answer: z.strictObject({}),
    refuses: [],
    run: async ({ platform }) => {
      await platform.sealer.seal('x', 'input.x');
      return {};
    },
  });
  const desk = await openDesk(
    [sealing, ...plainRoutes()],
    {
      AZURE_KEY_VAULT_URL: vault.url,
      IDENTITY_ENDPOINT: tokens.environment.IDENTITY_ENDPOINT,
    },
    { reach: vault.reach },
  );
  const key = await desk.person('sue', ['submitter']);
  vault.fail({ status: 503 }, 3);
  const { status, headers, body } = await desk.ask('POST /api/v1/sealing', { as: key });
  expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'unavailable', '10']);
  await desk.close();
});

it('a timer wraps data keys anew once a day', async () => {
  vault.keys.rotate('muster-data', 'RSA');
  const timer = timers.find(({ name }) => name === 'rotateDataKeys');
  const sealed = await world.platform.sealer.seal('x', 'input.x');
  vault.keys.rotate('muster-data', 'RSA');
  await timer?.run(world.platform);
  expect((await world.platform.sealer.seal('x', 'input.x')).key_id).not.toBe(sealed.key_id);
});
