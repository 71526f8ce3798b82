/** What two transactions do to the rows that they share. */
import type { Access } from './access.ts';
import type { Touch } from './interleave.ts';
import { holderOf, type Reached } from './rows.ts';
import type { Shared, Side } from './shared.ts';

/** What each does to these rows, in its order. */
export function touches(
  one: Side,
  other: Side,
  { all, isTogether }: { all: readonly Shared[]; isTogether: boolean },
): [Touch[], Touch[]] {
  const [ours, theirs] = [all.map((row) => row.one), all.map((row) => row.other)];
  const mine = { side: one, rows: ours, isTogether, spared: all.map(({ changedBy }) => changedBy === 'other') };
  const its = { side: other, rows: theirs, isTogether, spared: all.map(({ changedBy }) => changedBy === 'one') };
  return [touchesOf(mine, its), touchesOf(its, mine)];
}

interface Half {
  side: Side;
  rows: readonly Reached[];
  isTogether: boolean;
  /** Whether it changes others than this one. */
  spared: boolean[];
}

/** One statement reaches rows in the order in which it gives them. */
function touchesOf({ side: { run }, rows, isTogether, spared }: Half, others: Half): Touch[] {
  return run.accesses.flatMap((access, at) => {
    if (access.chooses) return [];
    const reached = rows.flatMap((row, i) =>
      row.at.includes(at) &&
      !(spared[i] === true && access.kind !== 'read') &&
      !isElsewhere(access, others, { at: i, isTogether })
        ? [{ i, place: access.keys.indexOf(row.key ?? '') }]
        : [],
    );
    return reached
      .toSorted((a, b) => a.place - b.place)
      .map(({ i, place }) => touch(access, { row: i, isNamed: place >= 0 }));
  });
}

/** A condition does not meet a row that is inserted with another word, nor one that is with somebody else. */
function isElsewhere(
  access: Access,
  { side: { run }, rows }: Half,
  { at, isTogether }: { at: number; isTogether: boolean },
): boolean {
  const row = rows[at];
  if (access.isWhole) return false;
  if (!isTogether && row?.holder !== undefined && holderOf({ ...access, sets: new Map() }) !== undefined) return true;
  const made = run.accesses.find((each, i) => each.kind === 'insert' && row?.at.includes(i) === true);
  if (made === undefined) return false;
  return [...access.bound].some(
    ([column, value]) => words.has(column) && made.bound.has(column) && made.bound.get(column) !== value,
  );
}

const words: ReadonlySet<string> = new Set(['state', 'kind', 'role']);

/** What can be compared across two recordings, which know nothing of each other. */
const comparable: ReadonlySet<string> = new Set([
  ...['state', 'version', 'fence', 'claim_id', 'receipt', 'due_at', 'lease_until'],
  ...['deleted_at', 'done_at', 'stop_reason', 'answered_at'],
]);

const touch = (access: Access, { row, isNamed }: { row: number; isNamed: boolean }): Touch => ({
  ...{ row, kind: access.kind, reads: access.reads, writes: access.writes, adds: access.adds },
  ...{ skips: access.skips, found: isNamed ? access.found : undefined, moment: access.moment },
  guards: new Map([...access.guards].filter(([column]) => comparable.has(column))),
  sets: new Map([...access.sets].filter(([column, value]) => comparable.has(column) && value !== undefined)),
});
