import type { Ledger } from '../../simulation/ledger.ts';
import type { Promised } from '../promised.ts';

/** Something is changed behind everybody's back at the end of a life, so that one promise is broken. */
export interface Tamper {
  promised: Promised;
  /** What is done, in words. */
  name: string;
  /** Done in the first life at whose end this statement gives rows. */
  where: string;
  /** Statements, one after the other. */
  change: readonly string[];
  /** The actors' story, told otherwise. */
  retell?: (ledger: Ledger) => unknown;
  /** What the checker says of it. */
  says: RegExp;
}

type Done = string | readonly string[] | ((ledger: Ledger) => unknown);

/** What breaks `promised` in lives that have such rows: by name, what is done and what is said of it. */
export const tampersWith = (
  promised: Promised,
  where: string,
  by: Record<string, readonly [done: Done, says: RegExp]>,
): Tamper[] =>
  Object.entries(by).map(([name, [done, says]]) => {
    const tamper = { promised, name, where, says };
    if (typeof done === 'function') return { ...tamper, change: [], retell: done };
    return { ...tamper, change: typeof done === 'string' ? [done] : done };
  });
