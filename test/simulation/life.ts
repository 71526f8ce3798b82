/** What an actor is given: one life of a whole Muster, in which it plays its part. */
import type { OutboundAnswer, OutboundRequest } from '../../shared/platform/outbound/outbound.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';

export interface Life {
  /** The Muster that runs at this moment: another one after a crash. Reach it by `call`: what a crash cuts off never answers. */
  readonly platform: Platform;
  readonly ledger: Ledger;
  /** The actor's own stream. */
  readonly random: Chance;
  /** True once faults have stopped: actors then are prompt and good, heads say yes, money is there. */
  readonly isCalm: boolean;
  /** True when everything is over: an actor returns. */
  readonly isOver: boolean;
  /**
   * Whether the statement gives a row, seen from outside and at no cost: who would ask in vain mostly need not ask, for
   * most of a life nothing waits for anybody. What an actor does must not rest on it.
   */
  glimpse(sql: string, ...parameters: readonly string[]): boolean;
  /** Simulated seconds pass for this actor. */
  sleep(seconds: number): Promise<void>;
  /**
   * One call of a verb as over a network: it may be lost on its way, arrive late or twice, or its answer may be lost.
   * Throws {@link Unheard} when the caller can't know what became of it, otherwise what the verb gives or refuses.
   */
  call<T>(what: string, verb: (platform: Platform) => Promise<T>): Promise<T>;
  /** Answers what Muster calls at this host, while the life lasts. */
  listen(host: string, answer: Answerer): void;
}

/** `at` is the time of its clock, which is right. */
export type Answerer = (request: OutboundRequest, at: Date) => OutboundAnswer;

export type Actor = (life: Life) => Promise<void>;

/** Who lives in one run; shrinking takes some away. */
export interface Cast {
  name: string;
  actor: Actor;
  /** It comes to its end by itself, and the life is not over before; others are there until all is over. */
  isWaitedFor?: boolean;
}

/** The call may have been lost, its answer too, or it met a fault: it may have had its effect, may have it still, or never. */
export class Unheard extends Error {
  override readonly name = 'Unheard';
}
