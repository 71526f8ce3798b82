/** What a statement that has run did to rows that have names. */
import type { CompiledQuery, OperationNode } from 'kysely';
import { sqliteBuilder } from '../../../shared/platform/database/sqlite-dialect.ts';
import { keysOf } from './schema.ts';
import { valueOf } from './nodes.ts';
import { saidBy, type Said, type Seen } from './statement.ts';

/**
 * `read` sees what was committed when its statement began and waits for nobody. The others wait for who has written or
 * locked the row, and then see it as it is; all but `check` keep it from others until the transaction ends. `check` is
 * what an INSERT asks of the row that it refers to.
 */
export type Kind = 'read' | 'lock' | 'update' | 'delete' | 'insert' | 'check';

export interface Access {
  kind: Kind;
  table: string;
  /** Of the rows that it is known to have reached. */
  keys: readonly string[];
  /** It reaches no others, whatever stands in the table. */
  isWhole: boolean;
  /** What its rows have in these columns. */
  bound: ReadonlyMap<string, unknown>;
  reads: ReadonlySet<string>;
  writes: ReadonlySet<string>;
  adds: ReadonlySet<string>;
  /** Columns that its condition compares with what was read before, or with a word; each with that. */
  guards: ReadonlyMap<string, unknown>;
  /** What it writes, where that is a plain value. */
  sets: ReadonlyMap<string, unknown>;
  skips: boolean;
  /** Whether its row was there; undefined: it may be about any number of rows. */
  found: boolean | undefined;
  /** It only chooses rows for a change that looks again at what they were chosen by. */
  chooses: boolean;
  /** What is read at one moment has the same number. */
  moment: number;
}

export type Ran = Pick<CompiledQuery, 'query' | 'queryId' | 'sql' | 'parameters'>;

const builder = sqliteBuilder();
const standIns = new WeakMap<object, readonly unknown[]>();

function standInsOf({ query, queryId }: Ran): readonly unknown[] {
  let found = standIns.get(query);
  if (found === undefined) {
    found = builder.getExecutor().compileQuery(query, queryId).parameters;
    standIns.set(query, found);
  }
  return found;
}

type Value = (node: OperationNode) => unknown;

/** What comes of a statement, in the order in which the server does it; nothing of text by hand. */
export function accessesOf(ran: Ran, rows: readonly unknown[]): Access[] {
  const said = saidBy(ran);
  if (said === undefined) return [];
  const value: Value = (node) => valueOf(node, standInsOf(ran), ran.parameters);
  const main = said.kind === 'insert' ? insertions(said, value) : changes(said, value, rows as Row[]);
  const others = said.others.map((seen) => choosing(reading(seen, value, []), main));
  return [...others, ...main];
}

/** The rows that were there, and those that were not. */
function changes(said: Said, value: Value, rows: readonly Row[]): Access[] {
  const all = changing(said, value, rows);
  if (said.kind !== 'lock' && said.kind !== 'read') return [all];
  const told = rows.flatMap((row) => keyIn(all.table, new Map(Object.entries(row))) ?? []);
  if (all.isWhole && all.keys.length < 2) return [all];
  const missing = all.isWhole ? all.keys.filter((key) => !told.includes(key)) : [];
  const there =
    told.length > 0 || !all.isWhole ? [{ ...all, keys: told, found: told.length > 0 ? true : undefined }] : [];
  const gone = missing.length > 0 ? [{ ...all, kind: 'read' as const, keys: missing, found: false }] : [];
  return [...gone, ...there];
}

/** The rows of a change are chosen by a query below it, which may be stale: the change itself looks again. */
function choosing(read: Access, [change]: readonly Access[]): Access {
  if (change?.kind !== 'update' || change.table !== read.table || change.guards.size === 0) return read;
  const isAgain = [...change.guards].every(([column, wanted]) => read.bound.get(column) === wanted);
  return { ...read, chooses: isAgain };
}

type Row = Record<string, unknown>;

const none: Pick<Access, 'writes' | 'adds' | 'guards' | 'sets' | 'skips' | 'found' | 'chooses' | 'moment'> = {
  writes: new Set(),
  adds: new Set(),
  guards: new Map(),
  sets: new Map(),
  skips: false,
  found: undefined,
  chooses: false,
  moment: 0,
};

function reading(seen: Seen, value: Value, rows: readonly Row[]): Access {
  const bound = boundIn(seen, value);
  const named = namedBy(seen, value);
  const told = rows.flatMap((row) => keyIn(seen.table, new Map(Object.entries(row))) ?? []);
  const { table, reads } = seen;
  return { ...none, kind: 'read', table, reads, bound, keys: named ?? told, isWhole: named !== undefined };
}

function changing(said: Said, value: Value, rows: readonly Row[]): Access {
  const read = reading(said.target, value, rows);
  const tells = said.kind === 'lock' || said.answers;
  const one = { ...read, found: tells && read.isWhole && read.keys.length === 1 ? rows.length > 0 : undefined };
  if (said.kind === 'read') return one;
  if (tells && rows.length === 0) return { ...one, chooses: !read.isWhole }; // there was no row to lock
  if (said.kind === 'lock') return { ...one, kind: 'lock' };
  const columns = new Set(keysOf(read.table).primary);
  const guards = new Map([...read.bound].filter(([column]) => !columns.has(column)));
  const sets = new Map([...said.sets].map(([column, node]) => [column, value(node)]));
  const writes = new Set(said.kind === 'delete' ? ['*'] : said.sets.keys());
  return { ...one, kind: said.kind, writes, adds: said.adds, guards, sets, skips: said.skips };
}

/** A row with its keys, and a look at each row that it refers to. */
function insertions({ target, rows }: Said, value: Value): Access[] {
  const { table } = target;
  const all = { ...none, table, reads: new Set<string>(), writes: new Set(['*']), isWhole: true };
  if (rows.length === 0) return [{ ...all, kind: 'insert', keys: [], isWhole: false, bound: new Map() }]; // from a query
  return rows.flatMap((row) => {
    const cells = new Map([...row].map(([column, node]) => [column, value(node)]));
    const key = keyIn(table, cells);
    const made: Access = { ...all, kind: 'insert', keys: key === undefined ? [] : [key], bound: cells };
    return [...checks(table, cells), made];
  });
}

function checks(table: string, cells: ReadonlyMap<string, unknown>): Access[] {
  return [...keysOf(table).references].flatMap(([column, parent]): Access[] => {
    const key = cells.get(column);
    if (typeof key !== 'string') return [];
    const [primary = ''] = keysOf(parent).primary;
    const bound = new Map([[primary, key]]);
    return [
      {
        ...none,
        kind: 'check',
        table: parent,
        keys: [key],
        isWhole: true,
        bound,
        reads: new Set([primary]),
        found: true,
      },
    ];
  });
}

/** Columns that must have one value. */
const boundIn = (seen: Seen, value: Value): Map<string, unknown> =>
  new Map(
    [...seen.bound].flatMap(([column, [only, ...more]]) =>
      only === undefined || more.length > 0 ? [] : [[column, value(only)]],
    ),
  );

/** The keys that the condition names, where it names whole ones. */
function namedBy(seen: Seen, value: Value): string[] | undefined {
  const { primary } = keysOf(seen.table);
  const [first, ...rest] = primary.map((column) => seen.bound.get(column)?.map(value));
  if (first === undefined || rest.some((values) => values?.length !== 1)) return undefined;
  return first.map((one) => [one, ...rest.flatMap((values) => values ?? [])].join('/'));
}

/** A row's key, where all of it is there. */
export function keyIn(table: string, cells: ReadonlyMap<string, unknown>): string | undefined {
  const { primary } = keysOf(table);
  const key = primary.map((column) => cells.get(column));
  return primary.length > 0 && key.every((part) => part !== undefined && part !== null)
    ? key.map(String).join('/')
    : undefined;
}
