/** One Muster on a folder of its own and the people around it. */
import type { HeldRing } from '../world.ts';
import { seededRandom } from '../world/random.ts';
import type { Asked, Town } from '../road/town.ts';
import { folk } from '../road/town.ts';
import { together, type Act, type Call, type Rung, type Stopping } from './acts.ts';
import type { Answer, Held, Input, Verb } from './verbs.ts';

export interface LifeOptions {
  town: Town;
  seed: number;
  /** What callers asked before. */
  calls?: readonly Call[];
  stop?: Stopping;
  /** Runs all that happens at once; before it and after it nothing is under way. */
  around?: (acts: readonly Act[], run: () => Promise<void>) => Promise<void>;
}

export class Life {
  readonly town: Town;
  /** What callers asked. */
  readonly calls: Call[];
  readonly #fraction: () => number;
  readonly #stop: Stopping;
  readonly #around: NonNullable<LifeOptions['around']>;
  #keys: number;

  constructor({ town, seed, calls = [], stop = () => undefined, around = (_, run) => run() }: LifeOptions) {
    this.town = town;
    this.calls = [...calls];
    this.#keys = calls.length;
    this.#fraction = seededRandom(seed).fraction;
    this.#stop = stop;
    this.#around = around;
  }

  chance = (share: number): boolean => this.#fraction() < share;
  between = (from: number, to: number): number => from + Math.floor(this.#fraction() * (to - from + 1));
  pick = <Item>(items: readonly Item[]): Item => items[this.between(0, items.length - 1)] as Item;
  key = (): string => `key ${++this.#keys}`;

  async #together(acts: readonly Act[]): Promise<void> {
    if (acts.length === 0) return;
    await this.#around(acts, () => together(acts, { platform: this.town.platform, stop: this.#stop }));
  }

  /** Asks all at once, and gives what was heard. */
  async ask(asked: readonly Pick<Call, 'verb' | 'input'>[]): Promise<Call[]> {
    const calls = asked.map(({ verb, input }): Call => ({ verb, input, heard: 'unheard' }));
    this.calls.push(...calls);
    await this.#together(calls);
    return calls;
  }

  /** The answers; throws where one is refused. */
  async all<V extends Verb>(verb: V, inputs: readonly Input<V>[]): Promise<Answer<V>[]> {
    const calls = await this.ask(inputs.map((input) => ({ verb, input })));
    return calls.map(({ heard, answer }) => {
      if (heard !== 'done') throw new Error(`${verb} was refused: ${heard}`);
      return answer as Answer<V>; // of this verb
    });
  }

  async call<V extends Verb>(verb: V, input: Input<V>): Promise<Answer<V>> {
    const [answer] = await this.all(verb, [input]);
    return answer as Answer<V>; // one for each
  }

  submit = (...jobs: Asked[]): Promise<string[]> =>
    this.all(
      'submitJob',
      jobs.map((asked) => ({ key: this.key(), asked })),
    );

  tick = (timer: string): Promise<void> => this.#together([{ timer }]);
  hear = (...rings: readonly Rung[]): Promise<void> => this.#together(rings.map(({ bell, id }) => ({ bell, id })));

  /** Bells are heard as they come, or all that ring at once together. */
  async settle(): Promise<void> {
    const { world } = this.town;
    const isTogether = this.chance(0.5);
    for (let due = this.#due(); due.length > 0; due = this.#due()) {
      if (isTogether) await this.hear(...due);
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

  /** Both votes of every open question at once; one may come too late. */
  async vote(): Promise<void> {
    const open = await this.town.sql<{ job_id: string; definition_sha256: string }>(
      "select job_id, definition_sha256 from approvals where state = 'open'",
    );
    await this.ask(
      open.flatMap((on) =>
        ['hanna', 'hugo'].map((voter) => ({ verb: 'castBallot' as const, input: { voter, ...on } })),
      ),
    );
    await this.settle();
  }

  async claim(...agents: string[]): Promise<Held[]> {
    const claims = agents.map((agent_id) => ({ agent_id, claim_id: `claim ${this.key()}`, max: this.between(1, 3) }));
    const answers = await this.all('claimTasks', claims);
    return answers.flatMap(({ tasks }, at) =>
      tasks.map(({ task_id, fence }) => ({ agent: agents[at] ?? '', task_id, fence })),
    );
  }

  /** All take what there is and do it, until there is nothing. */
  async work(): Promise<void> {
    for (let held = await this.claim(...folk.workers); held.length > 0; held = await this.claim(...folk.workers)) {
      await this.all('completeTask', held);
      await this.settle();
    }
  }

  /** What lies in the mailbox is received and acknowledged. */
  async read(): Promise<void> {
    const { messages } = await this.call('receiveMessages', undefined);
    for (const { message_id, receipt } of messages) await this.call('settleMessages', { message_id, receipt });
  }
}
