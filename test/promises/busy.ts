/**
 * A busy Muster: some dozens of jobs by a seeded hand that submits, votes, claims, fails, falls silent, cancels,
 * retries and changes budgets, while bells are lost and doubled and the database fails. Promises are checked from what is in the database.
 */
import { putBudget } from '../../shared/budgets/set.ts';
import { Refusal } from '../../shared/outcomes.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import type { ClaimedTask } from '../../shared/tasks/lease.ts';
import { admin, answerBells, folk, openTown, type Asked, type Town } from '../road/town.ts';
import { seededRandom } from '../world/random.ts';

export interface Busy {
  town: Town;
  /** Ids that were given to a submitter. */
  acknowledged: string[];
  /** What a holder wrote after its claim had ended, and what it was answered. */
  late: { report: string; answer: string }[];
  close(): Promise<void>;
}

export interface Options {
  seed: number;
  steps?: number;
  /** Statements run before anything happens: triggers that note what passes. */
  watch?: string[];
}

interface Hand extends Busy {
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** The run, and then some time in which nobody fails any more. */
export async function busyRun({ seed, steps = 260, watch = [] }: Options): Promise<Busy> {
  const { fraction } = seededRandom(seed);
  const chance = (share: number) => fraction() < share;
  let calm = true;
  const town = await openTown(
    {},
    {
      seed,
      engine: (inner) => faulty(inner, () => (calm ? 1 : fraction())),
      answer: async (platform, ring) => {
        if (!calm && chance(0.15)) return; // lost
        await answerBells(platform, ring).catch(plantedOrRefused);
        if (!calm && chance(0.15)) await answerBells(platform, ring).catch(plantedOrRefused);
      },
    },
  );
  await town.person('paula', 'approver');
  await town.head('horst', { owner_id: 'owner_of_hugo' });
  await town.agent('writer', { max_concurrent_tasks: 2 });
  await town.tool('linter', { rate_limit: 20 });
  await town.resource('bench', 3);
  await price(town);
  for (const statement of watch) await town.tamper(statement);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(fraction() * items.length)] as Item;
  calm = false;
  const hand: Hand = { town, acknowledged: [], late: [], close: town.close, chance, pick };
  for (let step = 0; step < steps; step++) {
    await pick(actions)(hand).catch(plantedOrRefused);
    if (chance(0.5)) await town.settle();
  }
  calm = true;
  await calmDown(hand);
  return hand;
}

const price = (town: Town) => {
  const usd = { input_usd_per_million: 100, cached_input_usd_per_million: 10, output_usd_per_million: 200 };
  return putPrices(town.platform, admin, PricesInput.parse({ overrides: [{ model: 'gold', ...usd }] }));
};

/** A database that fails now and then: before the commit, which undoes it, or after it, when the answer is lost. */
const faulty = (inner: Engine, fraction: () => number): Engine => ({
  ...inner,
  atomically: async (work) => {
    const dice = fraction();
    const value = await inner.atomically(async (run, at) => {
      const done = await work(run, at);
      if (dice < 0.02) throw new Planted('undone');
      return done;
    });
    if (dice < 0.03) throw new Planted('done, and nobody heard of it');
    return value;
  },
});

class Planted extends Error {}

/** A verb may refuse; it may not fault by itself. */
function plantedOrRefused(error: unknown): void {
  if (!(error instanceof Planted || error instanceof Refusal)) throw error;
}

const kinds: Asked[] = [
  {},
  { supporting_agents: ['reader', 'checker'], max_budget_usd: 1, model: 'gold' },
  { supporting_agents: ['reader'], max_retries: 0, priority: 3 },
  { priority: 1, max_budget_usd: 0.5 },
  { required_tools: [{ tool_name: 'linter', estimated_calls: 4 }], max_budget_usd: 2, model: 'gold' },
  { required_resources: [{ resource_type: 'compute', amount: 1.5, unit: 'cores' }], max_retries: 1 },
  { max_tokens: 3000, max_execution_time_seconds: 200 },
  { required_tools: [{ tool_name: 'late', estimated_calls: 1 }] },
];

const submit = async ({ town, acknowledged, pick }: Hand) => void acknowledged.push(await town.submit(pick(kinds)));

async function vote({ town, pick, chance, acknowledged }: Hand): Promise<void> {
  const open = await town.sql<{ job_id: string }>("select job_id from approvals where state = 'open'");
  if (open.length === 0 || acknowledged.length === 0) return;
  const { job_id } = pick(open);
  const no = chance(0.12) ? { decision: 'no' as const, reasoning: 'no' } : {};
  for (const head of [...folk.heads, 'horst'])
    if (chance(0.7)) await town.vote(job_id, head, no).catch(plantedOrRefused);
  const paula = { id: 'paula', kind: 'person' as const, roles: ['approver' as const], owner_id: null };
  if (chance(0.7)) await town.vote(job_id, 'paula', { by: paula });
}

async function work(hand: Hand): Promise<void> {
  const { town, pick, chance } = hand;
  const agent = pick(folk.workers);
  const held = [...(town.held.get(agent) ?? []), ...(await town.claim(agent, { max: pick([1, 3]) }))];
  const task = held.at(-1);
  if (task === undefined) return;
  const usage = { model: 'gold', input_tokens: pick([10, 500, 4000]), output_tokens: pick([10, 300]) };
  if (chance(0.3)) await town.progress(agent, task, usage);
  if (chance(0.2)) return; // keeps it
  if (chance(0.2)) await town.fail(agent, task, chance(0.8), usage);
  else if (chance(0.1)) await town.release(agent, task);
  else await town.complete(agent, task, usage, { by: agent });
  if (chance(0.5)) await tryLate(hand, agent, task);
}

/** Writes again with a fence that is spent. */
async function tryLate({ town, late, chance }: Hand, agent: string, task: ClaimedTask): Promise<void> {
  const usage = { model: 'gold', input_tokens: 1_000_000, output_tokens: 0 };
  const told = chance(0.5);
  const write: Promise<object> = told ? town.progress(agent, task, usage) : town.fail(agent, task, true, usage);
  const answer = await write.then(JSON.stringify, (error: unknown) => {
    plantedOrRefused(error);
    return error instanceof Refusal ? error.code : undefined;
  });
  const report = `${told ? 'progress' : 'fail'} of ${task.task_id} by ${agent}`;
  if (answer !== undefined) late.push({ report, answer });
}

/** Holds a task until its lease is over, and then writes. */
async function fallSilent(hand: Hand): Promise<void> {
  const { town, pick } = hand;
  const agent = pick(folk.workers);
  const task = town.held.get(agent)?.[0];
  if (task === undefined) return;
  await town.world.advance(95);
  await town.sweep();
  await tryLate(hand, agent, task);
}

async function cancel({ town, pick, acknowledged }: Hand): Promise<void> {
  if (acknowledged.length > 0) await town.cancel(pick(acknowledged));
}

async function retry({ town, pick, acknowledged }: Hand): Promise<void> {
  if (acknowledged.length > 0) await town.retry(pick(acknowledged));
}

async function change({ town, pick, acknowledged }: Hand): Promise<void> {
  if (acknowledged.length > 0) await town.change(pick(acknowledged), pick(kinds));
}

const budget = async ({ town, pick }: Hand) =>
  void (await putBudget(town.platform, admin, { scope: 'month', limit_usd: pick([0, 0.6, 3, 50]) }));

const pass = async ({ town, pick }: Hand) => {
  await town.pass(pick([1, 5, 40]));
  await town.sweep();
};

const actions = [
  ...[submit, submit, submit, vote, vote, vote, vote, vote, work, work, work, work, work, work, work],
  ...[cancel, retry, change, budget, pass, pass, fallSilent],
];

/** What people and machines do when nothing is wrong: money and tools are there, heads say yes, agents work. */
async function calmDown({ town, acknowledged }: Hand): Promise<void> {
  for (const kind of kinds) acknowledged.push(await town.submit(kind));
  await putBudget(town.platform, admin, { scope: 'month', limit_usd: 100_000 });
  await town.tool('late');
  for (let rounds = 0; rounds < 200; rounds++) {
    await town.sweep();
    const open = await town.sql<{ job_id: string }>("select job_id from approvals where state = 'open'");
    for (const { job_id } of open) {
      for (const head of [...folk.heads, 'horst']) await town.vote(job_id, head).catch(plantedOrRefused);
      const paula = { id: 'paula', kind: 'person' as const, roles: ['approver' as const], owner_id: null };
      await town.vote(job_id, 'paula', { by: paula }).catch(plantedOrRefused);
    }
    for (const agent of folk.workers) town.held.set(agent, []); // what is held is forgotten, and comes back
    await town.work();
    await town.pass(40);
    const [left] = await town.sql<{ n: number }>(`select count(*) n from jobs where state not in (${ends})`);
    if (left?.n === 0) return;
  }
}

export const ends = "'succeeded', 'failed', 'rolled_back', 'rejected', 'expired', 'cancelled'";
