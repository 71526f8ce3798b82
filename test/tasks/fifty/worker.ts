/**
 * A worker of the crowd. Now and then it is killed and forgets what it held, or is paused for longer than its leases last
 * and then goes on as if nothing had been.
 */
import type { Caller } from '../../../shared/access/caller.ts';
import { Refusal } from '../../../shared/outcomes.ts';
import type { Platform } from '../../../shared/platform/platform.ts';
import type { Json } from '../../../shared/platform/wire.ts';
import { claimTasks } from '../../../shared/tasks/claim.ts';
import { completeTask } from '../../../shared/tasks/complete.ts';
import { failTask } from '../../../shared/tasks/fail.ts';
import { heartbeat } from '../../../shared/tasks/heartbeat.ts';
import type { ClaimedTask } from '../../../shared/tasks/lease.ts';
import { releaseTask } from '../../../shared/tasks/release.ts';
import type { SettledAnswer } from '../../../shared/tasks/report.ts';
import { asAgent } from '../../road/town.ts';
import { chanceOf, type Chance } from '../../simulation/chance.ts';
import type { Crowd } from './crowd.ts';

export const secondsOfTurn = 5;
const turnsOfInterval = 6;
const turnsOfLease = 18;

type Act = keyof typeof reports;

interface Held extends ClaimedTask {
  /** The turn in which it is done. */
  until: number;
}

export class Worker {
  readonly id: string;
  /** What became of it while others worked. */
  readonly fates: ('killed' | 'paused')[] = [];
  readonly #crowd: Crowd;
  readonly #chance: Chance;
  readonly #most: number;
  #held: Held[] = [];
  #awakeAt = 0;
  #claims = 0;

  constructor(id: string, crowd: Crowd, seed: number) {
    this.id = id;
    this.#crowd = crowd;
    this.#chance = chanceOf(seed, id);
    this.#most = crowd.most.get(id) ?? 0;
  }

  async turn(now: number): Promise<void> {
    const { chance, pick, between } = this.#chance;
    if (now < this.#awakeAt) return;
    if (!chance(0.02)) return this.#work(now);
    const fate = pick(['killed', 'paused'] as const);
    this.fates.push(fate);
    if (fate === 'killed') this.#held = [];
    this.#awakeAt = now + between(fate === 'killed' ? 1 : turnsOfLease + 2, 40);
  }

  async #work(now: number): Promise<void> {
    const done = this.#held.filter(({ until }) => until <= now);
    this.#held = this.#held.filter(({ until }) => until > now);
    for (const task of done) await this.#settle(task);
    if (now % turnsOfInterval === 0) await this.#beat();
    await this.#claim(now);
  }

  async #beat(): Promise<void> {
    const fences = this.#held.map(({ task_id, fence }) => ({ task_id, fence }));
    const { invalid } = await heartbeat(this.#crowd.platform, asAgent(this.id), { agent_id: this.id, fences });
    const lost = new Set(invalid.map(({ task_id, fence }) => `${task_id} ${fence}`));
    this.#held = this.#held.filter(({ task_id, fence }) => !lost.has(`${task_id} ${fence}`));
  }

  /** Of the work that it may do it takes the most urgent, and leaves none while it may hold more. */
  async #claim(now: number): Promise<void> {
    const room = this.#most - this.#held.length;
    if (room <= 0) return;
    const max = this.#chance.between(1, room);
    const asked = { agent_id: this.id, claim_id: `${this.id} ${this.#claims++}`, max, wait_seconds: 0 };
    const { tasks } = await claimTasks(this.#crowd.platform, asAgent(this.id), asked);
    this.#judge(tasks, max);
    for (const task of tasks) this.#held.push({ ...task, until: now + this.#chance.between(1, 3) });
  }

  #judge(tasks: readonly ClaimedTask[], max: number): void {
    const left = this.#mostUrgentLeft();
    if (left === null) return;
    const least = tasks.at(-1)?.priority ?? 0;
    if (left < least) throw new Error(`${this.id} was given one of priority ${least} before one of ${left}`);
    if (tasks.length < max && !this.#isFull()) throw new Error(`${this.id} was given ${tasks.length} of ${max}`);
  }

  #mostUrgentLeft(): number | null {
    const [row] = this.#crowd.rows<{ priority: number | null }>(
      `select min((select priority from tasks where tasks.queue_id = queue_agents.queue_id and state = 'queued'
         order by priority limit 1)) priority from queue_agents where agent_id = ?`,
      this.id,
    );
    return row?.priority ?? null;
  }

  /** It may have forgotten what it holds. */
  #isFull(): boolean {
    const sql = `select 1 from tasks where holder_id = ? and state = 'running' and lease_until > now_plus(0)`;
    return this.#crowd.rows(sql, this.id).length >= this.#most;
  }

  async #settle(task: Held): Promise<void> {
    const { chance } = this.#chance;
    const act = chance(0.96) ? 'complete' : chance(0.5) ? 'fail' : 'release';
    await this.#report(act, task);
    if (chance(0.02)) await this.#report(act, task); // as if it had not heard the answer
  }

  async #report(report: Act, { task_id, fence }: Held): Promise<void> {
    const output = { by: this.id, fence };
    const said = { agent: this.id, task_id, fence, report, output, usage: null, state: null };
    const line = this.#crowd.ledger.note('report', said);
    const { platform } = this.#crowd;
    try {
      const { state } = await reports[report](platform, asAgent(this.id), { task_id, fence, output });
      Object.assign(line, { heard: 'done', state });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      line.heard = error.code;
    }
  }
}

interface Told {
  task_id: string;
  fence: number;
  output: Record<string, Json>;
}
type Settling = (platform: Platform, caller: Caller, told: Told) => Promise<SettledAnswer>;

const reports: Record<'complete' | 'fail' | 'release', Settling> = {
  complete: completeTask,
  fail: (platform, caller, told) => failTask(platform, caller, { ...told, error: 'it broke', retryable: true }),
  release: releaseTask,
};
