import { retireAgent } from '../../../shared/agents/retire-agent.ts';
import { putBudget } from '../../../shared/budgets/set.ts';
import { putPrices } from '../../../shared/estimates/put-prices.ts';
import { registerResource } from '../../../shared/resources/register-resource.ts';
import { cancelJob } from '../../../shared/road/cancel.ts';
import { getJob } from '../../../shared/road/read.ts';
import { changeDefinition, retryJob } from '../../../shared/road/redeploy.ts';
import { registerAgent } from '../../../shared/tasks/register-agent.ts';
import { RegisterTool } from '../../../shared/tools/tool.ts';
import { registerTool } from '../../../shared/tools/register-tool.ts';
import type { Actor, Life } from '../life.ts';
import { admin, bench, gold, linter, person, priced, registration } from '../town.ts';
import { anyJob, ask, askOn, askUntilHeard } from './asking.ts';
import { anyDefinition } from './definitions.ts';

async function cancel(life: Life): Promise<void> {
  const job = anyJob(life);
  if (job === undefined) return;
  const line = life.ledger.note('cancel', { ...job, by: admin.id });
  await askOn(life, line, (platform) => cancelJob(platform, admin, { job_id: job.job_id }));
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

/** As at the beginning. */
const restore = (life: Life, agent_id: string): Promise<unknown> =>
  ask(life, 'registerAgent', (platform) => registerAgent(platform, admin, registration(agent_id)));

const setTool = (life: Life) =>
  ask(life, 'registerTool', (platform) =>
    registerTool(platform, admin, { ...linter, rate_limit: life.random.pick([1, 20, 100]) }),
  );

const setResource = (life: Life) =>
  ask(life, 'registerResource', (platform) =>
    registerResource(platform, admin, { ...bench, capacity: life.random.pick([1, 3, 8]) }),
  );

const acts: ((life: Life, helper: string) => Promise<unknown>)[] = [
  ...[cancel, cancel, retry, retry, change, change, retire, setPrice, setTool, setResource],
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

/** When the faults are over: money, tools, room and people are there, so that nothing waits in vain. */
export const caretaker: Actor = async (life) => {
  while (!life.isCalm && !life.isOver) await life.sleep(60);
  const silver = priced({ ...gold, model: 'silver' });
  life.ledger.note('price', { ...gold, model: 'silver' });
  await askUntilHeard(life, 'putPrices', (platform) => putPrices(platform, admin, silver));
  const tools = [RegisterTool.parse({ name: 'late' }), { ...linter, rate_limit: 1000 }];
  const room = { ...bench, capacity: 50 };
  await askUntilHeard(life, 'putBudget', (platform) =>
    putBudget(platform, admin, { scope: 'month', limit_usd: 100_000 }),
  );
  for (const tool of tools)
    await askUntilHeard(life, 'registerTool', (platform) => registerTool(platform, admin, tool));
  await askUntilHeard(life, 'registerResource', (platform) => registerResource(platform, admin, room));
  for (const id of new Set(life.ledger.of('retirement').map((line) => line.id)))
    await askUntilHeard(life, 'registerAgent', (platform) => registerAgent(platform, admin, registration(id)));
};
