/** A walk through every transaction of Muster, each of which is recorded. */
import { rotateDataKeys } from '../../../shared/access/rotate-data-keys.ts';
import { retireAgent } from '../../../shared/tasks/retire-agent.ts';
import { putBudget } from '../../../shared/budgets/set.ts';
import { PricesInput } from '../../../shared/estimates/price.ts';
import { putPrices } from '../../../shared/estimates/put-prices.ts';
import { Refusal } from '../../../shared/outcomes.ts';
import { deleteResource } from '../../../shared/resources/delete-resource.ts';
import { deleteTool } from '../../../shared/tools/delete-tool.ts';
import { authenticate } from '../../../shared/access/authenticate.ts';
import { openIssuer } from '../../access/an-issuer.ts';
import { goEverywhere } from '../../locks/everywhere.ts';
import { isOurs } from '../../locks/ours.ts';
import { aMonthLater } from '../../maintenance/a-month-later.ts';
import { openServer, type Asked, type Said } from '../../readiness/a-server.ts';
import { admin, folk, openTown, type Town } from '../../road/town.ts';
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
  for (const first of [putLimit, loseAll, endLongAgo]) {
    const other = await openTown({}, { engine });
    await first(other);
    await other.close();
  }
}

/** What opens the month. */
const putLimit = (town: Town) => putBudget(town.platform, admin, { scope: 'month', limit_usd: 10 });

/** Jobs that end badly, the first of which opens the month; things that come back; and a deadline. */
async function loseAll(town: Town): Promise<void> {
  await putPrices(town.platform, admin, PricesInput.parse({ overrides: [{ model: 'gold', ...price }] }));
  const failed = await town.started({ model: 'gold', max_budget_usd: 1 });
  await town.fail('writer', await town.one('writer'), false, { model: 'gold', input_tokens: 10, output_tokens: 0 });
  await town.settle();
  await town.retry(failed);
  await town.started({ model: 'gold', max_budget_usd: 1, supporting_agents: ['reader'] });
  const task = await town.one('reader');
  await town.progress('reader', task, { model: 'gold', input_tokens: 20_000, output_tokens: 0 });
  await town.settle();
  await town.complete('reader', task);
  await town.settle();
  const rejected = await town.submitted();
  for (const head of folk.heads) await town.vote(rejected, head, { decision: 'no' }).catch(refusedOnly);
  await town.settle();
  for (const again of [0, 1]) {
    await town.tool('saw', { description: `edition ${again}` });
    await town.resource('bench', 2 + again);
    await deleteTool(town.platform, admin, { name: 'saw' });
    await deleteResource(town.platform, admin, { name: 'bench' });
    await retireAgent(town.platform, admin, { agent_id: 'checker' });
    await town.agent('checker', { capabilities: [`edition ${again}`] });
  }
  for (const key of ['once', 'once']) await town.submit({ priority: 3 }, { key });
  await town.submitted();
  town.beating.clear();
  await town.world.advance(25 * 3600);
  await town.sweep();
}

const price = { input_usd_per_million: 100, cached_input_usd_per_million: 100, output_usd_per_million: 100 };

/** The question was closed by the votes before. */
function refusedOnly(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}

/** Little of each, or the maintenance takes hours to be tried beside all others. */
async function endLongAgo(town: Town): Promise<void> {
  await town.cancel(await town.started());
  await aMonthLater(town);
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
