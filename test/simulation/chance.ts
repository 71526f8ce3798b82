/** Seeded chance: a stream of its own for each who asks, so that one who is taken away disturbs no other. */
import type { Random } from '../../shared/platform/platform.ts';
import { seededRandom } from '../world/random.ts';

export interface Chance {
  /** True in this share of cases; 0 never, 1 always. */
  chance(share: number): boolean;
  /** One of them, each as likely as the other. */
  pick<Item>(items: readonly Item[]): Item;
  /** A whole number from `from` to `to`, both among them. */
  between(from: number, to: number): number;
  readonly random: Random;
}

/** The stream of `name` in the life of `seed`. */
export function chanceOf(seed: number, name: string): Chance {
  const random = seededRandom(mixed(seed, name));
  const { fraction } = random;
  return {
    random,
    chance: (share) => fraction() < share,
    pick: <Item>(items: readonly Item[]) => {
      if (items.length === 0) throw new Error('there is nothing to pick from');
      return items[Math.floor(fraction() * items.length)] as Item; // not empty
    },
    between: (from, to) => from + Math.floor(fraction() * (to - from + 1)),
  };
}

/** FNV-1a over the seed's digits and the name. */
function mixed(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of `${seed} ${name}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
