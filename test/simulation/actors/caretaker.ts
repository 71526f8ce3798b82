import { putBudget } from '../../../shared/budgets/set.ts';
import { putPrices } from '../../../shared/estimates/put-prices.ts';
import { restoreAgent } from '../../../shared/liveness/restore.ts';
import { registerResource } from '../../../shared/resources/register-resource.ts';
import { RegisterTool } from '../../../shared/tools/tool.ts';
import { registerTool } from '../../../shared/tools/register-tool.ts';
import type { Actor, Life } from '../life.ts';
import { admin, bench, gold, linter, priced } from '../town.ts';
import { askUntilHeard } from './asking.ts';
import { restoring } from './restoring.ts';

/** When the faults are over: money, tools, room and people are there, so that nothing waits in vain. */
export const caretaker: Actor = async (life) => {
  while (!life.isCalm && !life.isOver) await life.sleep(60);
  const silver = priced({ ...gold, model: 'silver' });
  life.ledger.note('price', { ...gold, model: 'silver' });
  await askUntilHeard(life, 'putPrices', (platform) => putPrices(platform, admin, silver));
  const tools = [RegisterTool.parse({ name: 'late' }), { ...linter, rate_limit: 1000 }];
  const room = { ...bench, capacity: 50 };
  const limit_usd = 100_000;
  life.ledger.note('budget', { limit_usd });
  await askUntilHeard(life, 'putBudget', (platform) => putBudget(platform, admin, { scope: 'month', limit_usd }));
  for (const tool of tools)
    await askUntilHeard(life, 'registerTool', (platform) => registerTool(platform, admin, tool));
  await askUntilHeard(life, 'registerResource', (platform) => registerResource(platform, admin, room));
  await restoreAll(life);
  if (awayBy(life).every(({ heard }) => heard !== 'asked' && heard !== 'unheard')) return;
  await life.sleep(latestSeconds);
  await restoreAll(life);
};

/** By then what was asked and not heard of has happened, or never will. */
const latestSeconds = 300;

const awayBy = ({ ledger }: Life) => [...ledger.of('retirement'), ...ledger.of('order')];

async function restoreAll(life: Life): Promise<void> {
  for (const id of new Set(life.ledger.of('retirement').map((line) => line.id)))
    await askUntilHeard(life, 'restore', (platform) => restoring(platform, id));
  for (const agent_id of new Set(life.ledger.of('order').map(({ id }) => id)))
    await askUntilHeard(life, 'restoreAgent', (platform) => restoreAgent(platform, admin, { agent_id }));
}
