/** Two transactions on rows that they may share: which, what each does to them, and what comes of it. */
import { everyRule, interleaved, type Outcome, type Rules, type Touch, type Wrong } from './interleave.ts';
import { order } from '../../locks/order.ts';
import { sharedRows, withParents, type Shared, type Side } from './shared.ts';
import { touches } from './touches.ts';

export interface Finding {
  /** The tables of the rows that matter. */
  tables: string[];
  wrong: Wrong;
  /** What keeps it from happening; empty where nothing does. */
  because: Reason[];
}

/** The lock of a table's rows, a guard on a column of a table, or a key that is there once. */
export type Reason = { by: 'lock'; table: string } | { by: 'guard'; column: string } | { by: 'unique key' };

/** What could go wrong between two, were there no rule at all, and what keeps it from going wrong. */
export function findings(one: Side, other: Side): Finding[] {
  const shared = sharedRows(one, other);
  const found = new Map<string, Finding>();
  shared.forEach((first, i) => {
    for (const second of shared.slice(i)) {
      for (const finding of findingsOn(one, other, [first, second])) {
        found.set(JSON.stringify(finding), finding);
      }
    }
  });
  const all = [...found.values()];
  return all.filter((finding) => !all.some((other) => isMore(finding, other)));
}

/** The same of more rows says nothing new. */
const isMore = (finding: Finding, { tables, wrong, because }: Finding): boolean =>
  finding.tables.length > tables.length &&
  finding.wrong === wrong &&
  JSON.stringify(finding.because) === JSON.stringify(because) &&
  tables.every((table) => finding.tables.includes(table));

/** Where a row is with somebody, whether the two are the same makes two cases. */
function findingsOn(one: Side, other: Side, rows: [Shared, Shared]): Finding[] {
  const isHeld = rows.some((row) => row.one.holder !== undefined && row.other.holder !== undefined);
  const cases = isHeld ? [true, false] : [true];
  return cases.flatMap((isTogether) => {
    const all = withParents(one, other, { rows, isTogether });
    return all === undefined ? [] : findingsIn(touches(one, other, { all, isTogether }), rows, all);
  });
}

function findingsIn([ours, theirs]: [Touch[], Touch[]], rows: [Shared, Shared], all: Shared[]): Finding[] {
  const tables = [...new Set(rows.map(({ table }) => table))].toSorted();
  const now = judged(ours, theirs, everyRule);
  const free = judged(ours, theirs, { locks: false, guards: false, unique: false });
  const open = [...now].map((wrong) => ({ tables, wrong, because: [] }));
  const closed = [...free].filter((wrong) => !now.has(wrong));
  return [...open, ...closed.map((wrong) => ({ tables, wrong, because: reasons(ours, theirs, { all, wrong }) }))];
}

const memo = new Map<string, Outcome>();

function judged(ours: readonly Touch[], theirs: readonly Touch[], rules: Rules): Outcome {
  const key = JSON.stringify([ours, theirs, rules], (_, value: unknown) =>
    value instanceof Set || value instanceof Map ? [...value] : value,
  );
  const known = memo.get(key) ?? interleaved(ours, theirs, rules);
  memo.set(key, known);
  return known;
}

interface Told {
  all: readonly Shared[];
  wrong: Wrong;
}

/** The first rule that is enough by itself, or those that are together. */
function reasons(ours: readonly Touch[], theirs: readonly Touch[], { all, wrong }: Told): Reason[] {
  const none: Rules = { locks: false, guards: false, unique: false };
  const said: Record<keyof Rules, () => Reason> = {
    locks: () => ({ by: 'lock', table: lockOf(ours, theirs, all) }),
    guards: () => ({ by: 'guard', column: guardOf(ours, theirs, all) }),
    unique: () => ({ by: 'unique key' }),
  };
  const rules = ['locks', 'guards', 'unique'] as const;
  const enough = rules.find((rule) => !judged(ours, theirs, { ...none, [rule]: true }).has(wrong));
  if (enough !== undefined) return [said[enough]()];
  return rules
    .filter((rule) => judged(ours, theirs, { ...everyRule, [rule]: false }).has(wrong))
    .map((rule) => said[rule]());
}

const lockKinds: ReadonlySet<string> = new Set(['lock', 'update', 'delete', 'insert']);

/** The first in the order of locks that both hold. */
function lockOf(ours: readonly Touch[], theirs: readonly Touch[], all: readonly Shared[]): string {
  const held = (touches: readonly Touch[], row: number) =>
    touches.some((each) => each.row === row && lockKinds.has(each.kind));
  const tables = all.flatMap(({ table }, row) => (held(ours, row) && held(theirs, row) ? [table] : []));
  const places = Object.keys(order);
  const place = (table: string) => (places.indexOf(table) + places.length + 1) % (places.length + 1);
  return tables.toSorted((a, b) => place(a) - place(b))[0] ?? 'none';
}

function guardOf(ours: readonly Touch[], theirs: readonly Touch[], all: readonly Shared[]): string {
  const told = [...ours, ...theirs].flatMap(({ row, guards }) =>
    [...guards.keys()].map((column) => `${all[row]?.table}.${column}`),
  );
  const known = ['version', 'fence', 'state'];
  const best = known
    .map((column) => told.find((each) => each.endsWith(`.${column}`)))
    .find((each) => each !== undefined);
  return best ?? told[0] ?? 'none';
}
