/** A town with a crowd of workers and jobs of many tasks, on a database at which the checkers of promises look. */
import type { Promised } from '../../promises/promised.ts';
import { folk, openTown, type Town } from '../../road/town.ts';
import { chanceOf } from '../../simulation/chance.ts';
import { Ground } from '../../simulation/ground.ts';
import { Ledger } from '../../simulation/ledger.ts';
import { handClock } from '../../world/clock.ts';

const noon = new Date('2026-03-01T12:00:00.000Z');
const capabilities = ['read', 'write', 'lint', 'test', 'plan'];
const settings = { LOG_LEVEL: 'silent', MONTHLY_BUDGET_USD: '1000000' };

/** More urgent ones are asked of people too. */
const mostUrgent = 3;

/** The most that a plan may have. */
export const tasksOfJob = 50;

export interface Asked {
  seed: number;
  workers: number;
  promised: readonly Promised[];
}

export type Crowd = Awaited<ReturnType<typeof openCrowd>>;

export async function openCrowd({ seed, workers, promised }: Asked) {
  const chance = chanceOf(seed, 'crowd');
  const ground = new Ground();
  const clock = handClock(noon);
  ground.time = clock.database;
  const town = await openTown(settings, { clock, seed, standing: ground.connection, isUnwatched: true });
  const most = new Map<string, number>();
  for (let number = 0; number < workers; number++) {
    const [id, max] = [`worker_${number}`, chance.between(1, 8)];
    await town.agent(id, { capabilities: ableTo(number, chance), max_concurrent_tasks: max });
    most.set(id, max);
  }
  for (const statement of promised.flatMap(({ watch = [] }) => watch)) ground.connection.raw.exec(statement);
  const ledger = new Ledger(() => (clock.now().getTime() - noon.getTime()) / 1000);
  const rows: Ground['rows'] = (sql, ...parameters) => ground.rows(sql, ...parameters);
  const close = () => town.close().finally(() => ground.close());
  const start = () => startJob(town, chance);
  return { town, platform: town.platform, ledger, rows, most, start, close };
}

type Chance = ReturnType<typeof chanceOf>;

/** Each capability has several that have it, and everybody has more than one. */
const ableTo = (number: number, { chance }: Chance): string[] => {
  const sure = [number, number + 1].map((at) => capabilities[at % capabilities.length]);
  return capabilities.filter((word) => sure.includes(word) || chance(0.2));
};

/** Steps for one capability or for two that somebody has together; a third of them wait for an earlier one. */
async function startJob(town: Town, { between, chance }: Chance): Promise<void> {
  const plan = Array.from({ length: tasksOfJob }, (_, step) => {
    const at = between(0, capabilities.length - 1);
    const words = [at, at + 1].map((place) => capabilities[place % capabilities.length] ?? '');
    const depends_on = step > 0 && chance(0.33) ? [`step_${between(0, step - 1)}`] : [];
    return { name: `step_${step}`, capability: words.slice(0, between(1, 2)), depends_on };
  });
  const limits = { max_retries: 100, max_execution_time_seconds: 86_400 };
  for (const id of [...folk.heads, 'writer']) await town.beat(id); // nobody else calls in for them
  await town.started({ priority: between(mostUrgent, 10), plan, ...limits });
}
