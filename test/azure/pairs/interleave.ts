/**
 * Every order in which the statements of two transactions can come on rows that they share, under READ COMMITTED with
 * row versions. Pure. Two of them go wrong when each must come before the other: one has read what the other then wrote,
 * or saw of the other's work only a part. They stand still when each waits for a row that the other holds.
 */
import type { Access } from './access.ts';
import { isDue } from './nodes.ts';

/** What a transaction does to one of the shared rows. */
export interface Touch extends Pick<
  Access,
  'kind' | 'reads' | 'writes' | 'adds' | 'guards' | 'sets' | 'skips' | 'found' | 'moment'
> {
  /** Which of the shared rows. */
  row: number;
}

/** What holds; a part left out shows what it is good for. */
export interface Rules {
  locks: boolean;
  guards: boolean;
  unique: boolean;
}

export const everyRule: Rules = { locks: true, guards: true, unique: true };

export type Outcome = ReadonlySet<Wrong>;

/**
 * Both commit, and no order of the one after the other would have come to the same: each has read what the other then
 * wrote; or one wrote over what it had read before the other wrote it; or it saw the one before and the other after.
 */
export type Wrong = 'write skew' | 'lost update' | 'mixed view' | 'deadlock';

/** Which of the two comes first on some row. */
interface Order {
  one: boolean;
  other: boolean;
}

const holds: ReadonlySet<Access['kind']> = new Set(['lock', 'update', 'delete', 'insert']);
const waits: ReadonlySet<Access['kind']> = new Set([...holds, 'check']);

const both = (one: ReadonlySet<string>, other: ReadonlySet<string>): string[] => {
  if (one.has('*')) return [...other];
  return other.has('*') ? [...one] : [...one].filter((column) => other.has(column));
};

/** Whether it matters which of two comes first. What is only added to by both comes to the same either way. */
export function conflicts(one: Touch, other: Touch): boolean {
  if (one.row !== other.row) return false;
  const written = both(one.writes, other.writes).some((column) => !(one.adds.has(column) && other.adds.has(column)));
  return written || both(one.writes, other.reads).length > 0 || both(one.reads, other.writes).length > 0;
}

export function interleaved(one: readonly Touch[], other: readonly Touch[], rules: Rules = everyRule): Outcome {
  return new Interleaving(one, other, rules).outcome();
}

interface Standing {
  at: readonly [number, number];
  order: Order;
}

class Step {
  /** How many accesses it is of. */
  readonly width: number;
  readonly order: Order;
  constructor(width: number, order: Order) {
    this.width = width;
    this.order = order;
  }
}

const isPlain = ({ kind }: Touch): boolean => kind === 'read';

class Interleaving {
  readonly #sides: readonly [readonly Touch[], readonly Touch[]];
  readonly #rules: Rules;
  readonly #seen = new Set<number>();
  readonly #outcome = new Set<Wrong>();

  constructor(one: readonly Touch[], other: readonly Touch[], rules: Rules) {
    this.#sides = [one, other];
    this.#rules = rules;
  }

  outcome(): Outcome {
    this.#go([0, 0], { one: false, other: false });
    return this.#outcome;
  }

  /** Both are under way; `at` is how far each has come. */
  #go(at: readonly [number, number], order: Order): void {
    const [one, other] = this.#sides;
    const state = ((at[0] * 256 + at[1]) * 2 + Number(order.one)) * 2 + Number(order.other);
    if (this.#seen.has(state)) return;
    this.#seen.add(state);
    if (at[0] === one.length) this.#alone(1, at[1], order);
    if (at[1] === other.length) this.#alone(0, at[0], order);
    const [first, second] = [this.#step(0, at, order), this.#step(1, at, order)];
    if (first === 'waits' && second === 'waits') this.#outcome.add('deadlock');
    if (first instanceof Step) this.#go([at[0] + first.width, at[1]], first.order);
    if (second instanceof Step) this.#go([at[0], at[1] + second.width], second.order);
  }

  /** What is read at one moment is one step, and so is any other access. */
  #step(side: 0 | 1, at: readonly [number, number], order: Order): Step | 'waits' | 'cannot' {
    const own = this.#sides[side];
    const from = at[side];
    const [first] = own.slice(from, from + 1);
    if (first === undefined) return 'cannot';
    const after = own.findIndex((each, i) => i > from && !(isPlain(each) && each.moment === first.moment));
    const width = isPlain(first) ? (after < 0 ? own.length : after) - from : 1;
    let now: Order | 'waits' | 'cannot' = order;
    for (const touch of own.slice(from, from + width))
      if (typeof now === 'object') now = this.#touch(side, touch, { at, order: now });
    return typeof now === 'object' ? new Step(width, now) : now;
  }

  #touch(side: 0 | 1, touch: Touch, { at, order }: Standing): Order | 'waits' | 'cannot' {
    const theirs = this.#sides[side === 0 ? 1 : 0];
    const done = theirs.slice(0, at[side === 0 ? 1 : 0]);
    const there = done.filter(({ row }) => row === touch.row);
    if (there.some((each) => disagree(touch, each))) return 'cannot';
    if (touch.found === true && theirs.some(({ row, kind }) => row === touch.row && kind === 'insert')) return 'cannot'; // it is not there yet
    const isHeld = there.some(({ kind }) => holds.has(kind));
    if (this.#rules.locks && isHeld && waits.has(touch.kind)) return touch.skips ? 'cannot' : 'waits';
    const isFirst = isPlain(touch) && theirs.some((each) => conflicts(touch, each));
    const isSecond = !isPlain(touch) && there.some((each) => conflicts(touch, each));
    return ordered(order, side, { isFirst, isSecond });
  }

  /** The other has committed; `side` comes to its end from where it stands. */
  #alone(side: 0 | 1, from: number, order: Order): void {
    const own = this.#sides[side];
    const theirs = this.#sides[side === 0 ? 1 : 0];
    const isBefore = side === 0 ? order.one : order.other;
    if (!isBefore) return;
    const rest = own.slice(from);
    if (rest.some((touch, i) => this.#fails(touch, { theirs, own, from, at: from + i }))) return;
    if (side === 0 ? order.other : order.one) this.#outcome.add('write skew');
    for (const touch of rest) {
      const there = theirs.filter((each) => conflicts(touch, each));
      if (there.some((each) => both(touch.writes, each.writes).length > 0)) this.#outcome.add('lost update');
      else if (there.some((each) => each.writes.size > 0)) this.#outcome.add('mixed view');
    }
  }

  /** Whether a statement meets a key that is there by now, or finds its row other than it was or must be. */
  #fails(touch: Touch, { theirs, own, from, at }: Remaining): boolean {
    const there = theirs.filter(({ row }) => row === touch.row);
    const isThere =
      there.some(({ kind, found }) => kind === 'insert' || found === true) && there.at(-1)?.kind !== 'delete';
    if (touch.found === false && isThere) return true;
    if (touch.kind === 'insert') return this.#rules.unique && isThere;
    if (!this.#rules.guards || !holds.has(touch.kind)) return false;
    if (touch.kind !== 'lock' && there.at(-1)?.kind === 'delete') return true;
    const isFresh = (column: string) =>
      own.some((each, i) => i >= from && i < at && each.row === touch.row && each.reads.has(column));
    return [...touch.guards].some(([column, wanted]) =>
      there.some(
        (each) => each.writes.has(column) && isOther({ column, wanted, said: each.sets.get(column) }, isFresh),
      ),
    );
  }
}

interface Remaining {
  theirs: readonly Touch[];
  own: readonly Touch[];
  /** How far it had come when the other committed. */
  from: number;
  at: number;
}

/** One has found a row, and the other found that there is none. */
function disagree(one: Touch, other: Touch): boolean {
  if (one.kind === 'insert') return other.found === true;
  return one.found !== undefined && other.found !== undefined && one.found !== other.found && other.kind !== 'insert';
}

/** Who changes a row gives these a value that they never had. */
const everNew: ReadonlySet<string> = new Set(['version', 'fence', 'claim_id', 'receipt']);

/** Whether a column that must be as `wanted` is another by now; of a number, unless it was read after the change. */
function isOther(
  { column, wanted, said }: { column: string; wanted: unknown; said: unknown },
  isFresh: (column: string) => boolean,
): boolean {
  if (everNew.has(column)) return !isFresh(column);
  if (wanted === isDue) return said !== undefined; // whatever is written is a time to come, or none
  return said !== undefined && said !== wanted;
}

function ordered(order: Order, side: 0 | 1, { isFirst, isSecond }: { isFirst: boolean; isSecond: boolean }): Order {
  const [one, other] = side === 0 ? [isFirst, isSecond] : [isSecond, isFirst];
  return { one: order.one || one, other: order.other || other };
}
