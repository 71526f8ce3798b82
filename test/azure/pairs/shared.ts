/** Which rows two transactions may have in common, each with what it belongs to. */
import { isSingle, type Reached } from './rows.ts';
import type { Run } from './recorder.ts';

export interface Side {
  run: Run;
  rows: Reached[];
}

/** A row of the one that is a row of the other. */
export interface Shared {
  table: string;
  one: Reached;
  other: Reached;
  /** Of a row that only conditions reach: who changes it, where each may change another. */
  changedBy?: 'one' | 'other';
}

const writes = ({ run }: Side, { at }: Reached): boolean => at.some((i) => (run.accesses[i]?.writes.size ?? 0) > 0);
const holdsIt = ({ run }: Side, { at }: Reached): boolean => at.some((i) => run.accesses[i]?.kind !== 'read');

/** Rows of one table that can be the same and where it matters. */
export function sharedRows(one: Side, other: Side): Shared[] {
  return one.rows.flatMap((mine) =>
    other.rows
      .filter((theirs) => theirs.table === mine.table && !(mine.isNew && theirs.isNew) && isAlike(mine, theirs))
      .filter((theirs) => writes(one, mine) || writes(other, theirs) || (holdsIt(one, mine) && holdsIt(other, theirs)))
      .flatMap((theirs) => casesOf({ table: mine.table, one: mine, other: theirs })),
  );
}

/** Of the rows that a condition meets, a change may hit some and not others. */
function casesOf(row: Shared): Shared[] {
  if (row.one.key !== undefined || row.other.key !== undefined) return [row];
  return [row, { ...row, changedBy: 'one' }, { ...row, changedBy: 'other' }];
}

/** The events of a job are not those of an agent. */
function isAlike(mine: Reached, theirs: Reached): boolean {
  const [ours, its] = [mine.parents[0]?.[0], theirs.parents[0]?.[0]];
  return mine.table !== 'events' || ours === undefined || its === undefined || ours === its;
}

export interface Case {
  rows: [Shared, Shared];
  /** Who has a row for the one has it for the other too. */
  isTogether: boolean;
}

/** With the rows that these belong to, which are then the same as well; undefined where that cannot be. */
export function withParents(one: Side, other: Side, { rows, isTogether }: Case): Shared[] | undefined {
  const all = new Map<string, Shared>();
  const [first, second] = rows;
  for (const row of first === second ? [first] : rows) all.set(nameOf(row), row);
  if (first !== second && isOdd(first, second)) return undefined;
  for (const mine of one.rows.filter(isSingle)) {
    const its = other.rows.find(({ table }) => table === mine.table);
    if (its !== undefined) all.set(mine.table, { table: mine.table, one: mine, other: its });
  }
  const parents = ({ parents: all, holder }: Reached) => (isTogether && holder !== undefined ? [...all, holder] : all);
  for (const row of rows) {
    for (const [table, key] of parents(row.one)) {
      const [, theirs] = parents(row.other).find(([parent]) => parent === table) ?? [];
      const mine = one.rows.find((each) => each.table === table && each.key === key);
      const its = other.rows.find((each) => each.table === table && each.key === theirs);
      if (theirs === undefined || mine === undefined || its === undefined) continue;
      const shared = { table, one: mine, other: its };
      const odd = [...all.values()].some((each) => nameOf(each) !== nameOf(shared) && isOdd(each, shared));
      if (odd) return undefined;
      all.set(nameOf(shared), shared);
    }
  }
  return [...all.values()];
}

const nameOf = ({ table, one, other, changedBy }: Shared): string =>
  `${changedBy ?? 'both'} ${table} ${one.key ?? `*${one.at.join()}`} ${other.key ?? `*${other.at.join()}`}`;

/** One row cannot be two, and keys come in one order. */
function isOdd(first: Shared, second: Shared): boolean {
  if (first.table !== second.table) return false;
  const [mine, its] = [compared(first.one, second.one), compared(first.other, second.other)];
  if (mine === 0 && its === 0) return false;
  if (mine === 0 || its === 0) return true;
  return mine !== undefined && its !== undefined && mine !== its;
}

/** Undefined where it cannot be told. */
function compared(a: Reached, b: Reached): -1 | 0 | 1 | undefined {
  if (a === b && a.key !== undefined) return 0;
  if (a.key === undefined || b.key === undefined) return undefined;
  return a.key < b.key ? -1 : 1;
}
