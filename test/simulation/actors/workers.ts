import { claimTasks } from '../../../shared/tasks/claim.ts';
import { heartbeat } from '../../../shared/tasks/heartbeat.ts';
import { registerAgent } from '../../../shared/tasks/register-agent.ts';
import type { ClaimedTask } from '../../../shared/tasks/lease.ts';
import type { Used } from '../ledger.ts';
import type { Actor, Life } from '../life.ts';
import { asAgent } from '../town.ts';
import { ask, askOn } from './asking.ts';
import { settle, settleOnce, tell, type Settling } from './reports.ts';

interface Manner {
  /** Seconds of work between two looks at what it holds, the least and the most. */
  seconds: [number, number];
  /** How many tasks it asks for at once. */
  asks: number;
  /** Shares of what it holds: not done now, failed, given back, told of on the way, and written to again after its end. */
  keeps: number;
  fails: number;
  releases: number;
  tells: number;
  late: number;
  /** Shares of its looks: after which it pauses for longer than a lease, and at which it has forgotten all it held. */
  pauses: number;
  forgets: number;
}

const good: Manner = {
  ...{ seconds: [5, 20], asks: 2, keeps: 0, fails: 0, releases: 0 },
  ...{ tells: 0.2, late: 0.1, pauses: 0, forgets: 0 },
};

/** Seconds between two looks for work by who has none. */
const idle: [number, number] = [10, 40];

/** Until about the time at which its lease ends, which perhaps nobody has noticed yet, and well beyond. */
const pauses: [number, number][] = [
  [130, 150],
  [150, 350],
];

export const manners = {
  good,
  slow: { ...good, seconds: [30, 120], keeps: 0.4, tells: 0.5 },
  clumsy: { ...good, fails: 0.5, releases: 0.2, late: 0.5 },
  poison: { ...good, fails: 1, late: 0.5 },
  paused: { ...good, pauses: 0.7, tells: 0.5, late: 0.5 },
  killed: { ...good, forgets: 0.5, keeps: 0.2 },
  full: { ...good, asks: 5, keeps: 0.7, releases: 0.2 },
} as const satisfies Record<string, Manner>;

export type WorkerManner = keyof typeof manners;

/** A worker as it remembers itself; nothing of it is Muster's. */
interface Self {
  id: string;
  /** Its own, where two processes call themselves by one id. */
  name: string;
  held: ClaimedTask[];
  /** What it held before, each under its fence of then. */
  settled: ClaimedTask[];
  claims: number;
  /** The claim whose answer it has not heard. */
  unheard: string | undefined;
  used: Map<string, Used>;
}

const nobody = (id: string, name: string): Self => ({
  id,
  name,
  held: [],
  settled: [],
  claims: 0,
  unheard: undefined,
  used: new Map(),
});

/**
 * Says that it lives and what it holds, claims, works and reports, in its manner. Once the faults are over it has its
 * manner a few times yet, and then is a good one: nobody else goes wrong with a job that starts late.
 */
export const worker =
  (id: string, style: WorkerManner, name = id): Actor =>
  async (life) => {
    const self = nobody(id, name);
    if (life.random.chance(0.1)) await introduce(life, id);
    let misdeeds = life.random.between(1, 6);
    while (!life.isOver) {
      const manner: Manner = life.isCalm && misdeeds <= 0 ? good : manners[style];
      if (self.held.length > 0) misdeeds--;
      // A twin calls in though it holds nothing, and knows nothing of what the other holds.
      if ((self.held.length > 0 || name !== id) && life.random.chance(0.5)) await beat(life, self);
      if (isWorth(life, self)) await claim(life, self, manner.asks);
      await life.sleep(life.random.between(...(self.held.length > 0 ? manner.seconds : idle)));
      if (life.random.chance(manner.pauses)) await life.sleep(life.random.between(...life.random.pick(pauses)));
      if (life.random.chance(manner.forgets)) Object.assign(self, { held: [], unheard: undefined });
      if (self.held.length > 0 && life.random.chance(0.5)) await beat(life, self); // late, where it has paused
      for (const task of [...self.held]) await work(life, self, { task, manner });
    }
  };

/** Says of itself which release it is and how busy, as agents do when they start. */
const introduce = (life: Life, agent_id: string): Promise<unknown> =>
  ask(life, 'introduce', (platform) =>
    registerAgent(platform, asAgent(agent_id), { agent_id, agent_version: '2.1', load: { running_tasks: 0 } }),
  );

/** Whether there is anything to take, or it has not been heard of for long: then the claim is the sign that it lives. */
const isWorth = (life: Life, { id }: Self): boolean =>
  life.glimpse(forIt, id) ||
  !life.glimpse('select 1 from agents where id = ? and last_seen_at > now_plus(-100)', id) ||
  life.random.chance(0.1);

const forIt = `select 1 from tasks join queue_agents on queue_agents.queue_id = tasks.queue_id and queue_agents.agent_id = ?
  where state = 'queued'`;

/** Drops what is not its own any more; what it should stop is left, and so it comes to an end. */
async function beat(life: Life, self: Self): Promise<void> {
  const fences = self.held.map(({ task_id, fence }) => ({ task_id, fence }));
  const load = life.random.chance(0.2) ? { load: { running_tasks: self.held.length } } : {};
  const beating = { agent_id: self.id, fences, ...load };
  const answer = await ask(life, 'heartbeat', (platform) => heartbeat(platform, asAgent(self.id), beating));
  const lost = new Set(answer?.invalid.map(({ task_id, fence }) => `${task_id} ${fence}`));
  self.held = self.held.filter(({ task_id, fence }) => !lost.has(`${task_id} ${fence}`));
}

async function claim(life: Life, self: Self, max: number): Promise<void> {
  const claim_id = self.unheard ?? nextClaim(self);
  const line = life.ledger.note('claim', { agent: self.id, claim_id, tasks: [] });
  const asked = { agent_id: self.id, max, wait_seconds: life.random.chance(0.1) ? 8 : 0, claim_id };
  const answer = await askOn(life, line, (platform) => claimTasks(platform, asAgent(self.id), asked));
  self.unheard = line.heard === 'unheard' ? claim_id : undefined;
  line.tasks = answer?.tasks ?? [];
  take(self, answer?.tasks ?? []);
}

const nextClaim = (self: Self): string => `${self.name} ${++self.claims}`;

function take(self: Self, tasks: ClaimedTask[]): void {
  const known = new Set(tasks.map(({ task_id }) => task_id));
  self.settled.push(...self.held.filter((old) => tasks.some((task) => isAgain(task, old))));
  self.held = [...self.held.filter(({ task_id }) => !known.has(task_id)), ...tasks];
}

/** Under another fence. */
const isAgain = (task: ClaimedTask, old: ClaimedTask): boolean =>
  task.task_id === old.task_id && task.fence !== old.fence;

interface Work {
  task: ClaimedTask;
  manner: Manner;
}

async function work(life: Life, self: Self, { task, manner }: Work): Promise<void> {
  const { random } = life;
  const report = { agent: self.id, task, usage: moreUsed(life, self, task) };
  if (random.chance(manner.tells)) await tell(life, report);
  if (random.chance(manner.keeps)) return;
  const how = howOf(life, manner);
  const usage = moreUsed(life, self, task);
  const prefetch = how === 'complete' && random.chance(0.3) ? nextClaim(self) : undefined;
  const next = await settle(life, how, { ...report, usage, prefetch, isFinal: random.chance(0.1) });
  self.held = self.held.filter(({ task_id }) => task_id !== task.task_id);
  take(self, next);
  self.settled.push(task);
  if (random.chance(manner.late)) await writeLate(life, self);
}

function howOf({ random }: Life, { fails, releases }: Manner): Settling {
  if (random.chance(fails)) return 'fail';
  return random.chance(releases) ? 'release' : 'complete';
}

/** Cumulative for each attempt. */
function moreUsed({ random }: Life, self: Self, { task_id, fence }: ClaimedTask): Used {
  const before = self.used.get(`${task_id} ${fence}`);
  const used = {
    model: before === undefined ? random.pick(['gold', 'silver', undefined, undefined]) : before.model,
    input_tokens: (before?.input_tokens ?? 0) + random.pick([0, 10, 500, 2000]),
    cached_tokens: (before?.cached_tokens ?? 0) + random.pick([0, 0, 5]),
    output_tokens: (before?.output_tokens ?? 0) + random.pick([10, 300, 900]),
  };
  self.used.set(`${task_id} ${fence}`, used);
  return used;
}

/** Again with a fence that is spent, if it can of a task that it holds again, and with far too much: nothing of it may count. */
async function writeLate(life: Life, self: Self): Promise<void> {
  const again = self.settled.filter(({ task_id }) => self.held.some((held) => held.task_id === task_id));
  const usage: Used = { model: 'gold', input_tokens: 9_000_000, cached_tokens: 0, output_tokens: 9_000_000 };
  const report = { agent: self.id, task: life.random.pick(again.length > 0 ? again : self.settled), usage };
  if (life.random.chance(0.5)) await tell(life, report);
  else await settleOnce(life, life.random.pick(['complete', 'fail', 'release']), report);
}
