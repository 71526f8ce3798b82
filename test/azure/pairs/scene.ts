/** A walk through every transaction of Muster, each of which is recorded. */
import { rotateDataKeys } from '../../../shared/access/rotate-data-keys.ts';
import { authenticate } from '../../../shared/access/authenticate.ts';
import { openIssuer } from '../../access/an-issuer.ts';
import { goEverywhere } from '../../locks/everywhere.ts';
import { isOurs } from '../../locks/ours.ts';
import { openServer, type Asked, type Said } from '../../readiness/a-server.ts';
import { openTown, type Town } from '../../road/town.ts';
import { openWorld } from '../../world.ts';
import { openTokens, type Tokens } from '../key-vault/a-token-endpoint.ts';
import { openVaultServer } from '../key-vault/a-vault.ts';
import { newRecording, recorderTo, type Recording } from './recorder.ts';

export async function recordEverywhere(): Promise<Recording> {
  const recording = newRecording();
  const engine = recorderTo(recording, isOurs);
  await throughTown(engine);
  await throughSignIns(engine);
  await throughDataKeys(engine);
  return recording;
}

type Through = ReturnType<typeof recorderTo>;

async function throughTown(engine: Through): Promise<void> {
  let answer: (asked: Asked) => Said = () => ({});
  const server = await openServer((asked) => answer(asked));
  const town = await openTown({}, { at: new Date(), engine }); // a signature is looked at with its time
  await goEverywhere({ town, url: server.url, answers: (said) => (answer = said) });
  await turns(town);
  await town.close();
  await server.close();
}

/** What a walk without faults does not come by. */
async function turns(town: Town): Promise<void> {
  const id = await town.submitted({ supporting_agents: ['reader'], fallback: 'single_agent' });
  await town.approve(id);
  await town.one('reader');
  town.beating.delete('checker'); // it is retired
  town.held.clear(); // the answer to its claim was lost
  await town.pass(town.platform.config.AGENT_HEARTBEAT_INTERVAL * 2);
  const cancelled = await town.started({ supporting_agents: ['reader'] });
  await town.one('reader');
  await town.cancel(cancelled);
  await town.settle();
  await town.submitted();
  for (const table of ['jobs', 'approvals', 'asks'])
    await town.tamper(`update ${table} set due_at = '2026-01-01T00:00:00.000Z' where due_at is not null`);
  await town.sweep();
}

async function throughSignIns(engine: Through): Promise<void> {
  let now = (): Date => new Date();
  const issuer = await openIssuer(() => now());
  const world = await openWorld(issuer.settings, { engine });
  now = () => world.clock.now();
  await authenticate(world.platform, `Bearer ${issuer.token()}`);
  await world.advance(600);
  await authenticate(world.platform, `Bearer ${issuer.token({ roles: ['approver'] })}`);
  await world.close();
  await issuer.close();
}

async function throughDataKeys(engine: Through): Promise<void> {
  const tokens = await openTokens();
  const restore = inEnvironment(tokens.environment);
  const vault = await openVaultServer(tokens);
  vault.keys.rotate('muster-data', 'RSA');
  vault.keys.rotate('muster-seal', 'EC');
  const { IDENTITY_ENDPOINT } = tokens.environment;
  const world = await openWorld({ AZURE_KEY_VAULT_URL: vault.url, IDENTITY_ENDPOINT }, { reach: vault.reach, engine });
  await world.platform.sealer.seal('plain', 'input.token');
  vault.keys.rotate('muster-data', 'RSA');
  await rotateDataKeys(world.platform);
  await world.close();
  await vault.close();
  await tokens.close();
  restore();
}

/** The SDK of identities reads them there. */
function inEnvironment(settings: Tokens['environment']): () => void {
  const names = Object.keys(settings);
  const before = names.map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, settings);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
