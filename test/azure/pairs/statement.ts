/**
 * What a statement does to rows, as Azure SQL is told it: which columns of which rows it reads without a lock, locks,
 * compares and writes. Read off Kysely's nodes, from which the compiler for Azure SQL says it too.
 */
import type { CompiledQuery, OperationNode, ValueNode } from 'kysely';
import { columnsOf } from '../../../shared/platform/database/azure-sql/columns.ts';
import {
  alsoIn,
  below,
  columnIn,
  dueBy,
  isSum,
  list,
  modifiersOf,
  nameIn,
  node,
  optional,
  rowsIn,
  tableIn,
  valuesIn,
  type AnyNode,
} from './nodes.ts';

/** A table as one level of a statement sees it. */
export interface Seen {
  table: string;
  /** Columns whose values it looks at; `*` are all. */
  reads: Set<string>;
  /** Columns that must have one of these values, all of them at once. */
  bound: Map<string, ValueNode[]>;
}

export interface Said {
  kind: 'read' | 'lock' | 'update' | 'delete' | 'insert';
  /** What is locked or written, or read first. */
  target: Seen;
  /** Everything else that is looked at; nothing of it is locked. */
  others: Seen[];
  /** Rows that another holds are passed over. */
  skips: boolean;
  /** It gives the rows that it hit. */
  answers: boolean;
  /** Columns that are written, each with what it gets. */
  sets: Map<string, OperationNode>;
  /** Of those, what is added to or taken from. */
  adds: Set<string>;
  /** Of an INSERT, a row each. */
  rows: Map<string, OperationNode>[];
}

type Scope = Map<string, Seen>;

const known = new WeakMap<object, Said | undefined>();

/** Undefined where it looks at no table. A statement is read once; one that cannot be is told of by unread.ts. */
export function saidBy({ query }: Pick<CompiledQuery, 'query'>): Said | undefined {
  if (!known.has(query)) known.set(query, new Reader().read(query as unknown as AnyNode)); // to be looked at by names
  return known.get(query);
}

const kinds: Readonly<Record<string, Said['kind']>> = {
  SelectQueryNode: 'read',
  UpdateQueryNode: 'update',
  DeleteQueryNode: 'delete',
  InsertQueryNode: 'insert',
};

class Reader {
  readonly #seen: Seen[] = [];
  /** Columns of two tables that must be equal. */
  readonly #same: [Seen, string, Seen, string][] = [];
  #skips = false;

  read(top: AnyNode): Said | undefined {
    const kind = kinds[top.kind];
    if (kind === undefined) return undefined;
    const scope = this.#enter(top);
    this.#within(top, [scope], kind);
    for (const [one, column, other, same] of this.#same) {
      const [here, there] = [one.bound.get(column), other.bound.get(same)];
      if (here === undefined && there !== undefined) one.bound.set(column, there);
      if (there === undefined && here !== undefined) other.bound.set(same, here);
    }
    const [target, ...others] = this.#seen;
    if (target === undefined) return undefined;
    const locks = kind === 'read' && !this.#skips && modifiersOf(top).includes('ForUpdate');
    const updates = kind === 'update' ? list(top['updates']) : [];
    const sets = new Map(updates.map((update) => [columnIn(update['column']), node(update['value'])]));
    const adds = new Set([...sets].flatMap(([column, value]) => (isSum(column, value) ? [column] : [])));
    for (const column of adds) if (!this.#isRead(top['where'], column)) target.reads.delete(column);
    const rows = kind === 'insert' ? rowsIn(top) : [];
    const answers = kind === 'read' || top['returning'] !== undefined;
    return { kind: locks ? 'lock' : kind, target, others, skips: this.#skips, answers, sets, adds, rows };
  }

  /** Whether a condition looks at a column. */
  #isRead = (where: unknown, column: string): boolean => below(where).some((each) => columnIn(each) === column);

  #enter(query: AnyNode): Scope {
    const joins = list(query['joins']).map((join) => join['table']);
    const froms = [query['into'], query['table'], ...list(optional(query['from'])?.['froms']), ...joins];
    const named = froms.flatMap((each) => nameIn(optional(each)));
    const scope: Scope = new Map();
    for (const [alias, table] of named) {
      const seen = { table, reads: new Set<string>(), bound: new Map<string, ValueNode[]>() };
      scope.set(alias, seen);
      this.#seen.push(seen);
    }
    return scope;
  }

  #within(query: AnyNode, scopes: Scope[], kind: Said['kind']): void {
    if (modifiersOf(query).includes('SkipLocked')) this.#skips = true;
    for (const [name, part] of Object.entries(query)) {
      if (name === 'columns' && kind === 'insert') continue;
      this.#look(part, scopes);
    }
    const conditions = [query['where'], ...list(query['joins']).map((join) => join['on'])];
    for (const condition of conditions) for (const each of alsoIn(condition)) this.#bind(each, scopes);
  }

  #look(value: unknown, scopes: Scope[]): void {
    if (Array.isArray(value)) for (const each of value) this.#look(each, scopes);
    const found = optional(value);
    if (found === undefined) return;
    if (found.kind === 'SelectQueryNode') return this.#within(found, [this.#enter(found), ...scopes], 'read');
    if (found.kind === 'ColumnUpdateNode') return this.#look(found['value'], scopes);
    if (found.kind === 'ReferenceNode' || found.kind === 'ColumnNode') return this.#note(found, scopes);
    if (found.kind === 'SelectAllNode') for (const seen of scopes[0]?.values() ?? []) seen.reads.add('*');
    if (found.kind === 'RawNode') this.#noteWords(found, scopes);
    for (const part of Object.values(found)) this.#look(part, scopes);
  }

  #note(reference: AnyNode, scopes: Scope[]): void {
    const column = columnIn(reference);
    for (const seen of this.#meant(reference, scopes)) seen.reads.add(column);
  }

  #meant(reference: AnyNode, scopes: Scope[]): Seen[] {
    const column = columnIn(reference);
    const alias = tableIn(reference['table']);
    if (alias !== undefined) return scopes.flatMap((scope) => scope.get(alias) ?? []).slice(0, 1);
    const has = (seen: Seen) => column === '*' || columnsOf(seen.table)?.has(column) === true;
    for (const scope of scopes) {
      const found = [...scope.values()].filter(has);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Text by hand names columns of the innermost tables. */
  #noteWords(raw: AnyNode, [scope]: Scope[]): void {
    const words = new Set((raw['sqlFragments'] as string[]).flatMap((text) => text.match(/\w+/g) ?? []));
    for (const seen of scope?.values() ?? [])
      for (const word of words) if (columnsOf(seen.table)?.has(word) === true) seen.reads.add(word);
  }

  #bind(condition: AnyNode, scopes: Scope[]): void {
    const operator = String(optional(condition['operator'])?.['operator']);
    const [column, other] = [optional(condition['leftOperand']), optional(condition['rightOperand'])];
    if (column === undefined || other === undefined || !['=', 'in', 'is', '<='].includes(operator)) return;
    const [seen] = this.#meant(column, scopes);
    const values = operator === '<=' ? dueBy(other) : valuesIn(other);
    if (values !== undefined) seen?.bound.set(columnIn(column), values);
    const [same] = other.kind === 'ReferenceNode' ? this.#meant(other, scopes) : [];
    if (seen !== undefined && same !== undefined) this.#same.push([seen, columnIn(column), same, columnIn(other)]);
  }
}
