/** Lives of the simulation in which a few promises are watched, and what is found in the last of them when it is tampered with. */
import { castOf } from '../simulation/actors/casting.ts';
import type { Ground } from '../simulation/ground.ts';
import { live } from '../simulation/live.ts';
import { openGround } from '../simulation/open-ground.ts';
import type { Ledger } from '../simulation/ledger.ts';
import type { Look, Promised } from './promised.ts';

/** So many may be looked through for one in which something has happened. */
const mostLives = 60;

export class Lives {
  readonly #promised: readonly Promised[];
  readonly #ground: Ground;
  #look: Look | undefined;
  #seed: number;

  /** `seed` is of the life before the first. */
  static async open(promised: readonly Promised[], seed = 0): Promise<Lives> {
    return new Lives(promised, { ground: await openGround(promised), seed });
  }

  constructor(promised: readonly Promised[], { ground, seed }: { ground: Ground; seed: number }) {
    this.#promised = promised;
    this.#ground = ground;
    this.#seed = seed;
  }

  /** Lives until there has been one with such rows; gives what was broken in any of them. */
  async until(sql: string): Promise<string[]> {
    const broken: string[] = [];
    for (let lives = 0; lives < mostLives; lives++) {
      broken.push(...(await this.#next()));
      if (this.rows(sql).length > 0) return broken;
    }
    throw new Error(`in ${mostLives} lives there was none with ${sql}`);
  }

  rows<Row>(sql: string, ...parameters: (string | number | null)[]): Row[] {
    return this.#ground.rows<Row>(sql, ...parameters);
  }

  /** Changes rows behind everybody's back, and gives what is found then. */
  tampered(...statements: string[]): string[] {
    for (const statement of statements) this.#ground.connection.raw.exec(statement);
    return this.found();
  }

  /** What one that knows another story than the actors' finds. */
  toldOtherwise(retell: (ledger: Ledger) => unknown): string[] {
    retell(this.#seen.ledger);
    return this.found();
  }

  /** That of the last life. */
  get ledger(): Ledger {
    return this.#seen.ledger;
  }

  /** What is found at the end of the last life. */
  found(): string[] {
    const look = this.#seen;
    return [...new Set(this.#promised.flatMap(({ now, atEnd }) => [...(now?.(look) ?? []), ...atEnd(look)]))];
  }

  close(): void {
    this.#ground.close();
  }

  get #seen(): Look {
    if (this.#look === undefined) throw new Error('nobody has lived yet');
    return this.#look;
  }

  async #next(): Promise<string[]> {
    const seeing: Promised = { sentence: 'seen', atEnd: (look) => ((this.#look = look), []) };
    const given = { ground: this.#ground, castOf, promised: [...this.#promised, seeing] };
    const seed = ++this.#seed;
    return (await live({ seed }, given)).broken.map((words) => `seed ${seed}: ${words}`);
  }
}
