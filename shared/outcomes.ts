/**
 * The three ways not to succeed. All are thrown, so that the transaction they leave is undone.
 * A refusal is the caller's to mend, a lost race is nobody's fault, anything else is a fault.
 */
import { problems, type ProblemCode } from './problems.ts';

/** What a refusal says beside its code. `detail` overrides the catalogue's remedy for this one case. */
export interface RefusalFacts {
  detail?: string;
  /** Where the input is wrong, as JSON Pointers (RFC 6901) into the body. */
  errors?: PointedError[];
  /** What a job blocked by this refusal waits for, such as `budget:month`. */
  waits_for?: string;
  /** How much of it the job needs, in the unit of what it waits for (micro-dollars, base units). */
  waits_amount?: number;
  /** Seconds after which another try may succeed; becomes `Retry-After`. */
  retry_after_seconds?: number;
}

export interface PointedError {
  pointer: string;
  message: string;
}

/** The caller asked for something that cannot be done, with a code from the catalogue. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ProblemCode;
  readonly facts: RefusalFacts;

  constructor(code: ProblemCode, facts: RefusalFacts = {}) {
    super(facts.detail ?? problems[code].remedy);
    this.code = code;
    this.facts = facts;
  }
}

/** Somebody else changed the row first. A route looks again; a stage or a timer stops. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}

/** Throws a {@link Refusal}. */
export function refuse(code: ProblemCode, facts?: RefusalFacts): never {
  throw new Refusal(code, facts);
}

/** Throws a {@link LostRace}. */
export function loseRace(): never {
  throw new LostRace('another caller changed this first');
}
