/** What a checker of a promise is, and all that it may look at: the database past every store, and the actors' ledger. */
import type { Ledger } from '../simulation/ledger.ts';

export interface Promised {
  /** The sentence of workflow.md. */
  sentence: string;
  /** Statements run once before anything happens: tables and triggers that note what passes. */
  watch?: readonly string[];
  /** A cheap statement that gives what is broken after a commit, as `words`; those of all are asked as one. */
  now?: string;
  /** At the end, when all has come to rest. */
  atEnd(look: Look): string[];
}

export interface Look {
  /** Straight on the raw connection: times and JSON are text, booleans are 0 and 1. */
  rows<Row>(sql: string, ...parameters: (string | number | null)[]): Row[];
  ledger: Ledger;
}
