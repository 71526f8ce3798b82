/** The smallest life that still fails in the same way: fewer faults, fewer people, an earlier end of faults. */
import type { Asked } from './asked.ts';
import type { FaultKind } from './faults.ts';

/** What the failing life had: of this something is taken away, a piece at a time. */
export interface Large {
  seed: number;
  /** Who lived in it, and who had been taken away already. */
  cast: readonly string[];
  without: readonly string[];
  faults: readonly FaultKind[];
  calmSeconds: number;
}

export type Fails = (asked: Required<Asked>) => Promise<boolean>;

/**
 * Tries at most `tries` smaller lives. Whoever is taken away stays away only if it fails without; what is left at the end
 * is needed, each piece for itself, or the tries are used up.
 */
export async function shrink(large: Large, fails: Fails, tries = 150): Promise<Required<Asked>> {
  let smallest: Required<Asked> = {
    ...{ seed: large.seed, without: large.without, faults: large.faults, calmSeconds: large.calmSeconds },
  };
  let tried = 0;
  const isAccepted = async (smaller: Required<Asked>): Promise<boolean> => {
    if (tried >= tries) return false;
    tried += 1;
    if (!(await fails(smaller))) return false;
    smallest = smaller;
    return true;
  };
  for (let before: unknown; before !== smallest;) {
    before = smallest;
    await fewer(smallest.faults, (faults) => isAccepted({ ...smallest, faults }));
    const present = large.cast.filter((name) => !smallest.without.includes(name));
    await fewer(present, (cast) =>
      isAccepted({ ...smallest, without: [...large.without, ...large.cast.filter((name) => !cast.includes(name))] }),
    );
    for (
      let calmSeconds = Math.floor(smallest.calmSeconds / 2);
      calmSeconds > 0;
      calmSeconds = Math.floor(calmSeconds / 2)
    )
      if (!(await isAccepted({ ...smallest, calmSeconds }))) break;
  }
  return smallest;
}

/** Without halves, then quarters, down to single ones, as long as fewer are accepted. */
async function fewer<Item>(items: readonly Item[], isAccepted: (fewer: Item[]) => Promise<boolean>): Promise<void> {
  let kept = [...items];
  for (let size = kept.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < kept.length;) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await isAccepted(without)) kept = without;
      else at += size;
    }
  }
}

/** What a failure is told by whichever ids and numbers it names. */
export const kindOf = (words: string): string =>
  words
    .replaceAll(/\b[a-z]+_[0-9a-z]{26}\b/g, '…')
    .replaceAll(/\d+/g, 'n')
    .slice(0, 80);
