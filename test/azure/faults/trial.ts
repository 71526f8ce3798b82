/** A verb, tried with one thing going wrong: its effect is there once, or its caller hears of a clear error. */
import type { Order, Target } from '../tds/faults.ts';
import type { Theatre } from './theatre.ts';
import type { Outcome, Verb } from './verb.ts';

/** A verb where nothing goes wrong. */
export interface Reference {
  outcome: Outcome;
  before: string[];
  once: string[];
  rung: string[];
  /** What the database was asked, in order. */
  steps: Target[];
}

const bells = ({ desk: { world } }: Theatre): string[] =>
  world.rung.map(({ bell, id }) => `${bell} ${id.replace(/_[0-9a-hjkmnp-tv-z]{26}$/, '')}`);

export async function referenceOf(theatre: Theatre, verb: Verb): Promise<Reference> {
  await theatre.reset();
  const before = theatre.footprint();
  const outcome = await verb.run();
  const steps = theatre.desk.twin.asked.map(({ kind }) => kind).filter((kind) => kind !== 'settings');
  return { outcome, before, once: theatre.footprint(), rung: bells(theatre), steps };
}

/** Gives what is wrong; nothing, if it went as it should. */
export async function tried(theatre: Theatre, verb: Verb, order: Order, reference: Reference): Promise<string[]> {
  await theatre.reset();
  const { twin } = theatre.desk;
  if (order.on === 'connect') twin.cut();
  const ordered = twin.faults.order(order);
  const outcome = await verb.run();
  ordered.withdraw();
  const judge = new Judge(theatre, verb, reference);
  judge.look(outcome);
  if (ordered.met === 0) judge.complain('nothing went wrong');
  await judge.again(outcome);
  return judge.complaints;
}

class Judge {
  readonly complaints: string[] = [];
  readonly #theatre: Theatre;
  readonly #verb: Verb;
  readonly #reference: Reference;
  #left: 'once' | 'none' | 'other' = 'other';

  constructor(theatre: Theatre, verb: Verb, reference: Reference) {
    this.#theatre = theatre;
    this.#verb = verb;
    this.#reference = reference;
  }

  complain(what: string): void {
    this.complaints.push(what);
  }

  /** What it left behind, against what it said. */
  look({ said, failed, complaint }: Outcome): void {
    const { outcome, rung } = this.#reference;
    if (complaint !== undefined) this.complain(complaint);
    this.#left = this.#leaves();
    if (this.#left === 'other') this.complain(`left something else behind: ${this.#difference()}`);
    if (failed || this.#verb.isStage) return;
    if (said !== outcome.said) this.complain(difference(outcome.said, said));
    if (this.#left === 'none') this.complain('said that it was done, and it was not');
    this.#listen(rung);
  }

  /** One bell too many does no harm. */
  #listen(rung: readonly string[]): void {
    const missing = rung.filter((bell) => !bells(this.#theatre).includes(bell));
    if (missing.length > 0) this.complain(`did not ring ${missing.join(', ')}`);
  }

  /** Once more, with nothing going wrong: who is safe to repeat comes to the same, and the pool has healed. */
  async again({ failed }: Outcome): Promise<void> {
    if (!failed && !this.#verb.isStage) return;
    if (this.#left === 'once' && !this.#verb.isRepeatable) return;
    if (this.#verb.isStage) await this.#theatre.leaseOver();
    const { said } = await this.#verb.run();
    if (said !== this.#reference.outcome.said)
      this.complain(`repeated, ${difference(this.#reference.outcome.said, said)}`);
    this.#listen(this.#reference.rung);
    if (this.#leaves() !== 'once') this.complain(`repeated it left something else behind: ${this.#difference()}`);
  }

  #leaves(): 'once' | 'none' | 'other' {
    const lines = this.#theatre.footprint();
    const { before, once } = this.#reference;
    if (isSame(lines, once)) return 'once';
    return isSame(lines, before) ? 'none' : 'other';
  }

  #difference(): string {
    const lines = this.#theatre.footprint();
    const { once } = this.#reference;
    const more = lines.filter((line) => !once.includes(line)).map((line) => `+ ${line}`);
    const less = once.filter((line) => !lines.includes(line)).map((line) => `- ${line}`);
    return ['', ...more, ...less].join('\n');
  }
}

/** Where two answers part. */
function difference(expected: string, said: string): string {
  const at = Array.from({ length: said.length }).findIndex((_, index) => said[index] !== expected[index]);
  const around = (text: string) => text.slice(Math.max(0, at - 40), at + 60);
  return `said …${around(said)}… and not …${around(expected)}…`;
}

export const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, at) => line === b[at]);
