/** One Muster on a folder of its own and the people around it, until its process dies. What callers ask and hear is told at once. */
import { stages } from '../../functions/stages.ts';
import { Refusal } from '../../shared/outcomes.ts';
import type { HeldRing } from '../world.ts';
import { seededRandom } from '../world/random.ts';
import type { Asked, Town } from '../road/town.ts';
import { folk } from '../road/town.ts';
import { ask, type Answer, type Held, type Input, type Verb } from './verbs.ts';

/** What is said of a call before it and after it, and of a life that does not go as it should. */
export type Told = { at: number } & (
  | { call: number; verb: Verb; input: unknown }
  | { call: number; answer: unknown }
  | { call: number; refused: string }
  | { failed: string }
);

export type Stopping = (point: string, where: string) => Promise<void> | undefined;

/** A voter may come too late. */
export function refused(error: unknown): string {
  if (error instanceof Refusal) return error.code;
  throw error;
}

export interface LifeOptions {
  town: Town;
  seed: number;
  tell: (told: Told) => void;
  stop: Stopping;
  /** Calls are numbered from here on. */
  firstCall?: number;
}

export class Life {
  readonly town: Town;
  readonly #fraction: () => number;
  readonly #tell: LifeOptions['tell'];
  readonly #stop: Stopping;
  #calls: number;

  constructor({ town, seed, tell, stop, firstCall = 0 }: LifeOptions) {
    this.#calls = firstCall;
    this.town = town;
    this.#fraction = seededRandom(seed).fraction;
    this.#tell = tell;
    this.#stop = stop;
  }

  chance = (share: number): boolean => this.#fraction() < share;
  between = (from: number, to: number): number => from + Math.floor(this.#fraction() * (to - from + 1));
  pick = <Item>(items: readonly Item[]): Item => items[this.between(0, items.length - 1)] as Item;

  async call<V extends Verb>(verb: V, input: Input<V>): Promise<Answer<V>> {
    const { platform, world } = this.town;
    const call = ++this.#calls;
    this.#tell({ at: world.clock.database(), call, verb, input });
    const answer = await ask(platform, verb, input).catch((error: unknown) => {
      this.#tell({ at: world.clock.database(), call, refused: refused(error) });
      throw error;
    });
    await this.#stop('before-answer', verb);
    this.#tell({ at: world.clock.database(), call, answer: answer ?? null });
    await this.#stop('after-answer', verb);
    return answer;
  }

  key = (): string => `key ${this.#calls + 1}`;
  submit = (asked: Asked): Promise<string> => this.call('submitJob', { key: this.key(), asked });

  /** Bells are heard as they come, or all that ring at once together, which then share commits. */
  async settle(): Promise<void> {
    const { world } = this.town;
    const isTogether = this.chance(0.5);
    for (let due = this.#due(); due.length > 0; due = this.#due()) {
      if (isTogether) await Promise.all(due.map(this.hear));
      else for (const ring of due) await this.hear(ring);
      if (world.rung.length > 1000) throw new Error('bells ring each other for ever');
    }
  }

  #due(): HeldRing[] {
    const { rung, clock } = this.town.world;
    const due = rung.filter(({ at }) => at <= clock.now());
    for (const ring of due) rung.splice(rung.indexOf(ring), 1);
    return due;
  }

  hear = async ({ bell, id }: Pick<HeldRing, 'bell' | 'id'>): Promise<void> => {
    const { name, run } = stages[bell];
    await run(this.town.platform, id);
    await this.#stop('before-answer', name);
  };

  /** Both votes of every open question at once. */
  async vote(): Promise<void> {
    const open = await this.town.sql<{ job_id: string; definition_sha256: string }>(
      "select job_id, definition_sha256 from approvals where state = 'open'",
    );
    const cast = open.flatMap((on) =>
      ['hanna', 'hugo'].map((voter) => this.call('castBallot', { voter, ...on }).catch(refused)),
    );
    await Promise.all(cast);
    await this.settle();
  }

  async claim(agent: string): Promise<Held[]> {
    const claim = { agent_id: agent, claim_id: `claim ${this.#calls + 1}`, max: this.between(1, 3) };
    const { tasks } = await this.call('claimTasks', claim);
    return tasks.map(({ task_id, fence }) => ({ agent, task_id, fence }));
  }

  /** All take what there is and do it, until there is nothing. */
  async work(): Promise<void> {
    for (let isOver = false; !isOver;) {
      const held = (await Promise.all(folk.workers.map((agent) => this.claim(agent)))).flat();
      await Promise.all(held.map((task) => this.call('completeTask', task)));
      await this.settle();
      isOver = held.length === 0;
    }
  }
}
