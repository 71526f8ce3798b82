/** Orders to go wrong, by place. */

/** What a client asks for. */
export type Target = 'connect' | 'begin' | 'statement' | 'commit' | 'rollback';

/** Before it is done; after it is done and before it is answered; or with half of the answer sent. */
export type Moment = 'before' | 'after' | 'mid';

/**
 * An error's number; `reset`: the connection is cut; `silence`: no answer, but a cancel is heard;
 * `dead`: not even that.
 */
export type Failing = number | 'reset' | 'silence' | 'dead';

export interface Order {
  on: Target;
  /** `before`, if not said; the only moment of a connect. */
  when?: Moment;
  how: Failing;
  /** How many that match go well first; 0. */
  skip?: number;
  /** How often it goes wrong; once. */
  times?: number;
  /** The server ends the connection after the error. */
  closes?: boolean;
  /** Statements alone: which. */
  text?: RegExp;
}

export interface Ordered {
  /** How often it went wrong so far. */
  readonly met: number;
  withdraw(): void;
}

interface Kept extends Order {
  left: number;
  toSkip: number;
  met: number;
}

export class Faults {
  #kept: Kept[] = [];

  order(order: Order): Ordered {
    const kept = { ...order, left: order.times ?? 1, toSkip: order.skip ?? 0, met: 0 };
    this.#kept.push(kept);
    return {
      get met() {
        return kept.met;
      },
      withdraw: () => void (this.#kept = this.#kept.filter((other) => other !== kept)),
    };
  }

  /** What is to go wrong with this request, if anything. */
  meet(target: Target, text = ''): Order | undefined {
    const found = this.#kept.find(
      (order) => order.on === target && order.left > 0 && (order.text?.test(text) ?? true) && --order.toSkip < 0,
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    found.met += 1;
    return found;
  }
}
