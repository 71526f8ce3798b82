/** What one transaction has locked, and what is wrong with it. */
import type { CompiledQuery } from 'kysely';
import { alone, early, order, owned, unique, written } from './order.ts';
import { boundTo, statementOf, type Statement } from './statement.ts';

type Ran = Pick<CompiledQuery, 'query' | 'sql' | 'parameters'>;

const tables = Object.keys(order);
const keyOf: Readonly<Record<string, readonly string[]>> = order;
const ownersOf: Readonly<Record<string, string | readonly string[]>> = owned;
const neverChanged: ReadonlySet<string> = new Set(written);
const heldByKey: ReadonlySet<string> = new Set(unique);

/** A row of which the statement doesn't tell the key. */
const some = '*';

export class LockedTransaction {
  readonly #name: string;
  readonly #tell: (breach: string) => void;
  /** Keys of locked rows, by table. */
  readonly #held = new Map<string, Set<string>>();
  /** Tables that were read without a lock. */
  readonly #read = new Set<string>();

  constructor(name: string, tell: (breach: string) => void) {
    this.#name = name;
    this.#tell = tell;
  }

  /** A statement that has run, with the rows that it gave. */
  note(ran: Ran, rows: readonly unknown[]): void {
    const statement = statementOf(ran);
    const { kind, table, reads } = statement;
    if (kind === 'raw') return;
    if (kind === 'read') for (const each of reads) this.#read.add(each);
    else if (!hasPlace(table)) this.#breach(`writes ${table}, which has no place in the order`);
    else if (kind === 'insert') this.#inserts(table);
    else if (neverChanged.has(table)) this.#breach(`changes ${table}, which nobody may`);
    else if (table in ownersOf) this.#changesOwned(statement);
    else this.#locks(statement, keysIn(statement, ran, rows));
  }

  #breach(words: string): void {
    this.#tell(`${this.#name} ${words}`);
  }

  /** Who inserts because there was nothing needs a lock or a unique key to be the only one. */
  #inserts(table: string): void {
    if (this.#read.has(table) && this.#held.size === 0 && !heldByKey.has(table))
      this.#breach(`inserts ${table} by what it read of it without a lock`);
  }

  #changesOwned({ kind, table }: Statement): void {
    const owners = [ownersOf[table] ?? []].flat();
    if (!owners.some((owner) => this.#held.has(owner)))
      this.#breach(`takes the ${kind} of ${table} without the lock of ${owners.join(' or ')}`);
  }

  #locks(statement: Statement, keys: readonly string[]): void {
    const { table } = statement;
    const held = this.#held.get(table) ?? new Set();
    const fresh = keys.filter((key) => !held.has(key) && (key !== some || held.size === 0));
    if (fresh.length > 0) {
      this.#checkReads(statement);
      this.#checkOrder(statement, fresh, held);
    }
    this.#held.set(table, new Set([...held, ...keys]));
  }

  #checkReads({ kind, table, compared }: Statement): void {
    const early = [...this.#read].filter((each) => !heldByKey.has(each));
    if (this.#held.size === 0 && early.length > 0)
      this.#breach(`reads ${early.join(' and ')} before its first lock, that of ${table}`);
    const isGuarded = [...compared].some((column) => keyOf[table]?.includes(column) !== true);
    if (kind !== 'lock' && !isGuarded && this.#read.has(table))
      this.#breach(`changes ${table} by what it read of it without a lock`);
  }

  #checkOrder({ kind, table, compared, skips }: Statement, fresh: readonly string[], held: ReadonlySet<string>): void {
    const [first, ...others] = this.#held.keys();
    const before = first === undefined || first === early ? others : [first, ...others];
    const later = before.find((each) => tables.indexOf(each) > tables.indexOf(table));
    if (later !== undefined) this.#breach(`locks ${table} after ${later}`);
    if (skips || alone.has(this.#name)) return; // waits for nobody
    const isOne = keyOf[table]?.every((column) => compared.has(column)) === true;
    if (kind !== 'lock' && !isOne) this.#breach(`locks ${table} in no order, by one ${kind} of several`);
    const inTurn = [...[...held].toSorted().slice(-1), ...fresh];
    if (inTurn.some((key, i) => key < (inTurn[i - 1] ?? ''))) this.#breach(`locks ${table} out of the order of keys`);
  }
}

const hasPlace = (table: string): boolean => table in keyOf || table in ownersOf || neverChanged.has(table);

/** The keys of the rows that were hit, as far as the statement or its rows tell. */
function keysIn({ table, kind }: Statement, ran: Ran, rows: readonly unknown[]): string[] {
  const columns = keyOf[table] ?? [];
  const told = rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column]));
  if (told.length > 0 && told.every(isWhole)) return told.map((key) => key.join('/'));
  if (kind === 'lock' && rows.length === 0) return [];
  const bound = columns.map((column) => boundTo(ran, column));
  return [isWhole(bound) ? bound.join('/') : some];
}

const isWhole = (key: readonly unknown[]): boolean => key.every((part) => part !== undefined);
