import { deletePrincipal } from '../../../shared/access/principals.ts';
import { retireAgent } from '../../../shared/tasks/retire-agent.ts';
import { putBudget } from '../../../shared/budgets/set.ts';
import { putPrices } from '../../../shared/estimates/put-prices.ts';
import { deleteResource } from '../../../shared/resources/delete-resource.ts';
import { registerResource } from '../../../shared/resources/register-resource.ts';
import { drainAgent } from '../../../shared/liveness/drain.ts';
import { isolateAgent } from '../../../shared/liveness/isolate.ts';
import { restoreAgent } from '../../../shared/liveness/restore.ts';
import { cancelJob } from '../../../shared/road/cancel.ts';
import { getJob } from '../../../shared/road/read.ts';
import { changeDefinition, retryJob } from '../../../shared/road/redeploy.ts';
import { deleteTool } from '../../../shared/tools/delete-tool.ts';
import { registerTool } from '../../../shared/tools/register-tool.ts';
import type { Actor, Life } from '../life.ts';
import { admin, bench, linter, person, priced } from '../town.ts';
import { anyJob, ask, askOn } from './asking.ts';
import { anyDefinition } from './definitions.ts';
import { restore } from './restoring.ts';

async function cancel(life: Life): Promise<void> {
  const job = anyJob(life);
  if (job === undefined) return;
  const line = life.ledger.note('cancel', { ...job, by: admin.id });
  await askOn(life, line, (platform) => cancelJob(platform, admin, { job_id: job.job_id }));
  if (life.random.chance(0.3))
    await ask(life, 'cancel', (platform) => cancelJob(platform, admin, { job_id: job.job_id }));
}

/** Under one key, until it is heard. */
async function retry(life: Life): Promise<void> {
  const job = anyJob(life);
  if (job === undefined) return;
  const asked = { job_id: job.job_id, key: `retry ${life.ledger.of('retry').length}` };
  for (let tries = 0; tries < 4; tries++) {
    const line = life.ledger.note('retry', { ...asked, by: admin.id });
    const input = { job_id: asked.job_id, idempotency_key: asked.key };
    await askOn(life, line, (platform) => retryJob(platform, admin, input));
    if (line.heard !== 'unheard') return;
    await life.sleep(life.random.between(1, 30));
  }
}

async function change(life: Life, helper: string): Promise<void> {
  const job = anyJob(life);
  if (job === undefined) return;
  const owner = person(job.by);
  const seen = await ask(life, 'getJob', (platform) => getJob(platform, owner, { job_id: job.job_id }));
  if (seen === undefined) return;
  const definition = anyDefinition(life.random, { helper, name: 'another reader' });
  const line = life.ledger.note('change', { ...job, definition });
  const input = { job_id: job.job_id, if_match: `"${seen.version}"`, definition };
  await askOn(life, line, (platform) => changeDefinition(platform, owner, input));
}

async function setBudget(life: Life, limit_usd: number): Promise<void> {
  const line = life.ledger.note('budget', { limit_usd });
  await askOn(life, line, (platform) => putBudget(platform, admin, { scope: 'month', limit_usd }));
}

async function setPrice(life: Life): Promise<void> {
  const price = {
    model: 'silver',
    ...life.random.pick([
      { input: 20, cached: 2, output: 50 },
      { input: 0, cached: 0, output: 0 },
    ]),
  };
  await askOn(life, life.ledger.note('price', price), (platform) => putPrices(platform, admin, priced(price)));
}

/** Out of service, and back after a while. */
async function retire(life: Life): Promise<void> {
  const id = life.random.pick(['hanna', 'hugo', 'writer', 'reader']);
  await askOn(life, life.ledger.note('retirement', { id }), (platform) =>
    retireAgent(platform, admin, { agent_id: id }),
  );
  await life.sleep(life.random.between(30, 300));
  await restore(life, id);
}

/** Kept from work, with what it holds or without, and back after a while. */
async function keepAway(life: Life): Promise<void> {
  const agent_id = life.random.pick(['hanna', 'writer', 'writer', 'reader', 'heidi']);
  const order = life.random.chance(0.6) ? 'isolate' : 'drain';
  await askOn(life, life.ledger.note('order', { id: agent_id, order }), (platform) =>
    order === 'drain'
      ? drainAgent(platform, admin, { agent_id })
      : isolateAgent(platform, admin, { agent_id, reason: 'it does strange things' }),
  );
  await life.sleep(life.random.between(10, 200));
  await ask(life, 'restoreAgent', (platform) => restoreAgent(platform, admin, { agent_id }));
}

/** Gone, unless a job works with it, and there again after a while. */
async function deleteSomething(life: Life): Promise<void> {
  await ask(life, 'deleteTool', (platform) => deleteTool(platform, admin, { name: linter.name }));
  await ask(life, 'deleteResource', (platform) => deleteResource(platform, admin, { name: bench.name }));
  await life.sleep(life.random.between(5, 60));
  await setTool(life);
  await setResource(life);
}

/** Nobody may call any more whom it owns, nor do their ballots count; enabled again after a while. */
async function disable(life: Life): Promise<void> {
  const id = life.random.pick(['owner_of_hugo', 'paula']);
  await askOn(life, life.ledger.note('retirement', { id }), (platform) => deletePrincipal(platform, admin, { id }));
  await life.sleep(life.random.between(5, 90));
  await restore(life, id);
}

const setTool = (life: Life) =>
  ask(life, 'registerTool', (platform) =>
    registerTool(platform, admin, { ...linter, rate_limit: life.random.pick([1, 20, 100]) }),
  );

const setResource = (life: Life) =>
  ask(life, 'registerResource', (platform) =>
    registerResource(platform, admin, { ...bench, capacity: life.random.pick([1, 3, 8]) }),
  );

const acts: ((life: Life, helper: string) => Promise<unknown>)[] = [
  ...[
    cancel,
    cancel,
    retry,
    retry,
    retry,
    change,
    change,
    retire,
    keepAway,
    keepAway,
    disable,
    setPrice,
    setTool,
    setResource,
    deleteSomething,
  ],
  (life) => setBudget(life, life.random.pick([0, 0.6, 5, 50])),
];

/** Now and then one thing or another. */
export const operator =
  (helper: string): Actor =>
  async (life) => {
    while (!life.isOver && !life.isCalm) {
      await life.sleep(life.random.between(5, 50));
      await life.random.pick(acts)(life, helper);
    }
  };
