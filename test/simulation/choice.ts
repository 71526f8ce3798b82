/** Whose turn it is: each seed chooses in a manner of its own, fair or not. */
import type { Chance } from './chance.ts';
import type { Waiting } from './scheduler.ts';

/** At the boundary before a transaction. */
export const writing = 'writes';

export interface Choice {
  /** One of those that can go on; there is one at least. */
  pick(ready: readonly Waiting[]): Waiting;
  /** Who goes on in the same turn of the event loop, so that their transactions share a commit. */
  beside(next: Waiting, ready: readonly Waiting[]): Waiting[];
  /** How long a turn takes. */
  milliseconds(): number;
}

/** So often chance alone decides, that nobody waits for ever. */
const fairShare = 0.15;

const manners = ['any', 'any', 'oldest', 'newest', 'favourites'] as const;

export function choiceOf(chance: Chance): Choice {
  const manner = chance.pick(manners);
  const slowest = chance.pick([2, 10, 40]);
  const groups = chance.pick([0, 0.3, 1]);
  const rank = ranks(chance);
  const picks: Record<(typeof manners)[number], (ready: readonly Waiting[]) => Waiting> = {
    any: (ready) => chance.pick(ready),
    oldest: (ready) => best(ready, ({ place }) => -place),
    newest: (ready) => best(ready, ({ place }) => place),
    favourites: (ready) => best(ready, ({ who }) => rank(who.name)),
  };
  return {
    pick: (ready) => (ready.length === 1 || chance.chance(fairShare) ? chance.pick(ready) : picks[manner](ready)),
    beside: (next, ready) =>
      next.what !== writing || !chance.chance(groups)
        ? []
        : ready
            .filter(({ what, who }) => what === writing && who.process === next.who.process)
            .filter((each) => each !== next),
    milliseconds: () => chance.between(0, slowest),
  };
}

/** Each name has a rank of its own, that of the first time. */
function ranks(chance: Chance): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    const rank = known.get(name) ?? chance.random.fraction();
    known.set(name, rank);
    return rank;
  };
}

const best = (ready: readonly Waiting[], value: (waiting: Waiting) => number): Waiting =>
  ready.reduce((one, other) => (value(other) > value(one) ? other : one));
