/** A statement as the lock order sees it: read off Kysely's nodes, so it is the same for every dialect. */
import type { CompiledQuery, OperationNode } from 'kysely';

export interface Statement {
  kind: 'read' | 'lock' | 'update' | 'delete' | 'insert' | 'raw';
  /** What is locked or written; of a read, what it reads first. */
  table: string;
  /** Every table that it reads. */
  reads: ReadonlySet<string>;
  /** Passes over rows that another holds, so it never waits. */
  skips: boolean;
  /** Columns of its own table that its condition compares. */
  compared: ReadonlySet<string>;
}

const known = new Map<string, Statement>();

/** A statement is read once, whoever builds it again. */
export function statementOf({ query, sql }: Pick<CompiledQuery, 'query' | 'sql'>): Statement {
  const key = query.kind === 'RawNode' ? query.kind : sql;
  let statement = known.get(key);
  if (statement === undefined) known.set(key, (statement = readNode(anyNode(query))));
  return statement;
}

/** A node of any kind, whose parts are looked at by their names. */
type AnyNode = OperationNode & Readonly<Record<string, unknown>>;

const anyNode = (node: object): AnyNode => node as AnyNode;

const kinds: Readonly<Record<string, Statement['kind']>> = {
  SelectQueryNode: 'read',
  UpdateQueryNode: 'update',
  DeleteQueryNode: 'delete',
  InsertQueryNode: 'insert',
};

function readNode(top: AnyNode): Statement {
  const nodes = nodesIn(top);
  const modifiers = nodes.filter(({ kind }) => kind === 'SelectModifierNode').map(({ modifier }) => modifier);
  const kind = kinds[top.kind] ?? 'raw';
  const locks = nodesIn(top['endModifiers']).some(({ modifier }) => modifier === 'ForUpdate');
  const [table = ''] = tablesIn(top['into'] ?? top['table'] ?? top['from']);
  const reads = nodes
    .filter((node) => node.kind === 'SelectQueryNode')
    .flatMap((node) => tablesIn(node['from'], node['joins']));
  return {
    kind: kind === 'read' && locks ? 'lock' : kind,
    table,
    reads: new Set(reads),
    skips: modifiers.includes('SkipLocked'),
    compared: new Set(comparedIn(top['where'])),
  };
}

/** The node and all below it. */
function nodesIn(value: unknown): AnyNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null || !('kind' in value)) return [];
  return [anyNode(value), ...Object.values(value).flatMap(nodesIn)];
}

const tablesIn = (...values: unknown[]): string[] =>
  nodesIn(values)
    .filter(({ kind }) => kind === 'SchemableIdentifierNode')
    .map(({ identifier }) => (identifier as { name: string }).name);

/** Columns on the left of what must all hold; what stands in an OR, or in a query below, says nothing for sure. */
function comparedIn(node: unknown): string[] {
  const { kind, ...parts } = anyNode(node ?? { kind: '' });
  if (kind === 'WhereNode') return comparedIn(parts['where']);
  if (kind === 'ParensNode') return comparedIn(parts['node']);
  if (kind === 'AndNode') return [...comparedIn(parts['left']), ...comparedIn(parts['right'])];
  if (kind === 'OrNode') return ['(or)'];
  if (kind !== 'BinaryOperationNode') return [];
  const column = nodesIn(parts['leftOperand']).find((each) => each.kind === 'ColumnNode');
  return column === undefined ? ['(expression)'] : [(column['column'] as { name: string }).name];
}

/** The value that `column` is compared with by `=`, as it was bound; undefined where it is not. */
export function boundTo({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>, column: string): unknown {
  let known = places.get(sql);
  if (known === undefined) places.set(sql, (known = new Map()));
  let place = known.get(column);
  if (place === undefined) known.set(column, (place = placeOf(sql, column)));
  return place < 0 ? undefined : parameters[place];
}

/** By statement and column. */
const places = new Map<string, Map<string, number>>();

/** Which parameter it is; below 0: none. */
function placeOf(sql: string, column: string): number {
  const bare = sql.replaceAll(/'[^']*'/g, (quoted) => ' '.repeat(quoted.length));
  const where = bare.indexOf(' where ');
  const found = new RegExp(`["[]${column}["\\]] = (\\?|@(\\d+))`).exec(bare.slice(where));
  if (where < 0 || found === null) return -1;
  if (found[2] !== undefined) return Number(found[2]) - 1;
  return [...bare.slice(0, where + found.index).matchAll(/\?/g)].length;
}
