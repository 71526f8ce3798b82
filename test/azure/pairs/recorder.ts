/** Stands between transactions and the database, and keeps what each of them did. */
import type { CompiledQuery } from 'kysely';
import { currentTransaction } from '../../../shared/platform/context.ts';
import type { Engine } from '../../../shared/platform/database/transactions.ts';
import { accessesOf, keyIn, type Access } from './access.ts';
import { unreadIn } from './unread.ts';

/** One run of a transaction that came to its commit. */
export interface Run {
  name: string;
  accesses: Access[];
  /** Statements that the reader would misread, each with the reason. */
  unread: string[];
}

export const newRun = (name: string): Run => ({ name, accesses: [], unread: [] });

export interface Recording {
  runs: Run[];
  /** What is known of rows: table, key, column. */
  facts: Map<string, Map<string, Map<string, unknown>>>;
}

export const newRecording = (): Recording => ({ runs: [], facts: new Map() });

export const recorderTo =
  (recording: Recording, isWanted: (name: string) => boolean) =>
  (engine: Engine): Engine => ({
    ...engine,
    atomically: async (work) => {
      let run = newRun('');
      const value = await engine.atomically((ask, at) => {
        run = newRun('');
        return work(async (query) => {
          const rows = await ask(query);
          run.name = currentTransaction() ?? '';
          note(recording, run, { query, rows });
          return rows;
        }, at);
      });
      if (isWanted(run.name)) recording.runs.push(run);
      return value;
    },
    together: async (queries) => {
      const run = newRun(currentTransaction() ?? '');
      const rows = await engine.together(queries);
      for (const [at, query] of queries.entries()) note(recording, run, { query, rows: rows[at] ?? [] });
      if (isWanted(run.name)) recording.runs.push(run);
      return rows;
    },
  });

interface Noted {
  query: CompiledQuery;
  rows: readonly unknown[];
}

/** Adds what a statement did to its run. */
export function note({ facts }: Recording, run: Run, { query, rows }: Noted): void {
  const unread = unreadIn(query);
  if (unread !== undefined) return void run.unread.push(`${run.name}: ${unread}: ${query.sql}`);
  const moment = (run.accesses.at(-1)?.moment ?? 0) + 1;
  const accesses = accessesOf(query, rows).map((access) => ({ ...covered(access, run.accesses), moment }));
  run.accesses.push(...accesses);
  for (const { kind, table, bound } of accesses) if (kind === 'insert') learn(facts, table, bound);
  const main = accesses.at(-1);
  if (main === undefined || main.kind === 'insert') return;
  for (const row of rows) learn(facts, main.table, new Map(Object.entries(row as Record<string, unknown>)));
}

/** A change by a condition reaches no row that an earlier lock by the same condition has not. */
function covered(access: Access, before: readonly Access[]): Access {
  if (access.isWhole || (access.kind !== 'update' && access.kind !== 'delete')) return access;
  const lock = before.find(
    ({ kind, table, bound }) =>
      kind === 'lock' &&
      table === access.table &&
      bound.size > 0 &&
      [...bound].every(([column, value]) => access.bound.get(column) === value),
  );
  return lock === undefined ? access : { ...access, keys: lock.keys, isWhole: true };
}

function learn(facts: Recording['facts'], table: string, cells: ReadonlyMap<string, unknown>): void {
  const key = keyIn(table, cells);
  if (key === undefined) return;
  const rows = facts.get(table) ?? new Map<string, Map<string, unknown>>();
  facts.set(table, rows);
  rows.set(key, new Map([...(rows.get(key) ?? []), ...cells]));
}
