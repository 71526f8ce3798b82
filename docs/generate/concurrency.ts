/** What keeps any two transactions apart on Azure SQL, from a recording of all of them. */
import { explored, type Explored } from '../../test/azure/pairs/explore.ts';
import type { Reason } from '../../test/azure/pairs/pairing.ts';
import { reviewed, type Reviewed } from '../../test/azure/pairs/reviewed.ts';
import { recordEverywhere } from '../../test/azure/pairs/scene.ts';
import { code, codes, generatedFrom, table } from './markdown.ts';

export const concurrencyPage = async (): Promise<string> => concurrencyPageOf(explored(await recordEverywhere()));

/** Pairs by their first, each first once. */
function pairsIn(names: readonly (readonly [string, string])[]): string {
  const unique = new Map(names.map((pair) => [pair.join(' × '), pair]));
  const byFirst = Map.groupBy([...unique.values()], ([first]) => first);
  return [...byFirst]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([first, pairs]) => `${code(first)} × ${codes(pairs.map(([, second]) => second).toSorted())}`)
    .join('; ');
}

const count = (names: readonly (readonly [string, string])[]): number => new Set(names.map((pair) => pair.join())).size;

/** A line for each thing, or things together, that keep transactions apart. */
function kept({ kept: all }: Explored): string[][] {
  const named = all.map((pair) => ({ ...pair, reason: pair.because.map(told).join(', with ') }));
  const byReason = Map.groupBy(named, ({ reason }) => reason);
  return [...byReason]
    .map(([reason, pairs]) => ({ reason, pairs, names: pairs.map(({ names }) => names) }))
    .toSorted((a, b) => count(b.names) - count(a.names) || (a.reason < b.reason ? -1 : 1))
    .map(({ reason, pairs, names }) => [
      reason,
      codes([...new Set(pairs.flatMap(({ tables }) => tables))].toSorted()),
      String(count(names)),
      pairsIn(names),
    ]);
}

function told(reason: Reason): string {
  switch (reason.by) {
    case 'lock':
      return `the lock of ${code(reason.table)}`;
    case 'guard':
      return `the guard ${code(reason.column)}`;
    case 'unique key':
      return 'a unique key';
  }
}

const claimed = ({ open }: Explored, claim: Reviewed): string[] => {
  const pairs = open.filter((pair) => pair.claim === claim);
  const wrong = [...new Set(pairs.map((pair) => pair.wrong))].toSorted();
  return [pairsIn(pairs.map(({ names }) => names)), codes(claim.rows), wrong.join(', '), claim.why];
};

export function concurrencyPageOf(all: Explored): string {
  const { names } = all;
  const pairs = (names.length * (names.length + 1)) / 2;
  const apart = [...all.kept, ...all.open].map((pair) => pair.names);
  return `${generatedFrom('test/azure/pairs')}

# Two at once on Azure SQL

On SQLite there is one writer. On Azure SQL transactions run side by side: a plain SELECT reads what was committed when it
began, locks nothing and may be stale at once; an UPDATE, a DELETE and an INSERT keep their rows from others until the
commit; an INSERT also waits for whoever keeps a row that it refers to. Three things can go wrong between two
transactions, beside their waiting for each other for ever (deadlock):

- **write skew**: each writes by what it has read, and the other has changed that meanwhile;
- **lost update**: one writes over what the other has written since it looked;
- **mixed view**: one sees a row as it was before the other, and another row as it is after it.

A test walks through every transaction of Muster, ${names.length} of them in ${all.courses} courses, and records each statement as Azure SQL is
told it: which columns of which rows it reads without a lock, locks, compares and writes, and which rows a new one refers
to. For each of the ${pairs} pairs, the same transaction twice among them, it takes any two rows that both could reach, with the
rows that these belong to, and tries every order in which the statements can come. Where both commit and have come to
something that neither order of the two would have come to, or where they wait for each other, the test fails: unless a
claim below says why it does no harm. It finds no deadlock. Nine pairs that are known to be bad are planted beside it, and
each is found.

A statement that it cannot read (text by hand, a part of SQL that it does not know, a table that the schema does not have)
fails the test and is named.

What it does not see:

- three transactions that only together go wrong, or wait for each other in a ring;
- deadlocks over rows that a statement scans and does not match, over the keys of an index, and over locks of pages or
  tables, which Azure SQL takes by a plan that nobody knows beforehand: a transaction that is broken off so is run again;
- what is read before a transaction begins (there a version or a fence is compared);
- courses of a transaction that the walk does not take.

## What keeps them apart

In ${count(apart)} pairs something would go wrong if there were neither locks nor guards nor unique keys; the others share no row on
which it matters. Each line says what is enough: a row that both lock first, a column that an UPDATE compares again when it
writes, or a key that is there once. A pair stands in several lines where it shares several rows.

${table(['what', 'rows', 'pairs', 'which'], kept(all))}

## What does no harm

Each line is a claim; the test refuses those that it does not need.

${table(
  ['pairs', 'rows', 'what may happen', 'why it does no harm'],
  reviewed.map((claim) => claimed(all, claim)),
)}

How locks are ordered: [the order of locks](decisions/lock-order.md).
`;
}
