/** Every pair of transactions in a recording, and what keeps the two from harming each other. */
import type { Wrong } from './interleave.ts';
import { findings, type Reason } from './pairing.ts';
import type { Recording, Run } from './recorder.ts';
import { claimFor, type Reviewed } from './reviewed.ts';
import { rowsOf } from './rows.ts';
import type { Side } from './shared.ts';

export interface Pair {
  names: readonly [string, string];
  tables: string[];
  wrong: Wrong;
  because: Reason[];
}

export interface Explored {
  /** Names of the transactions. */
  names: string[];
  /** How many different courses they took. */
  courses: number;
  /** What is kept from happening. */
  kept: Pair[];
  /** What may happen. */
  open: (Pair & { claim: Reviewed | undefined })[];
}

/** Throws the names of statements that nobody can read: what they do is not known. */
export function explored(recording: Recording): Explored {
  const unread = new Set(recording.runs.flatMap((run) => run.unread));
  if (unread.size > 0) throw new Error(`the pairs cannot read these statements:\n${[...unread].join('\n')}`);
  const sides = coursesOf(recording);
  const found = new Map<string, Pair>();
  sides.forEach((one, i) => {
    for (const other of sides.slice(i)) for (const pair of pairsOf(one, other)) found.set(JSON.stringify(pair), pair);
  });
  const pairs = [...found.values()];
  return {
    names: [...new Set(sides.map(({ run }) => run.name))].toSorted(),
    courses: sides.length,
    kept: pairs.filter(({ because }) => because.length > 0),
    open: pairs
      .filter(({ because }) => because.length === 0)
      .map((pair) => ({ ...pair, claim: claimFor(pair, pair.names) })),
  };
}

export function pairsOf(one: Side, other: Side): Pair[] {
  const [first = '', second = ''] = [one.run.name, other.run.name].toSorted();
  return findings(one, other).map((finding) => ({ names: [first, second] as const, ...finding }));
}

/** Runs that do the same to rows of the same tables are one course. */
export function coursesOf({ runs, facts }: Recording): Side[] {
  const courses = new Map(runs.map((run) => [courseOf(run), run]));
  return [...courses.values()].map((run) => ({ run, rows: rowsOf(run, facts) }));
}

const courseOf = ({ name, accesses }: Run): string => {
  const steps = accesses.map(({ kind, table, reads, writes, guards, keys, found }) =>
    JSON.stringify([kind, table, [...reads], [...writes], [...guards.keys()], Math.min(keys.length, 2), found]),
  );
  return [name, ...steps.filter((step, i) => step !== steps[i - 1])].join();
};
