/** What Kysely builds for every database, as T-SQL says it: nodes in, nodes out. */
import {
  AliasNode,
  ColumnNode,
  ColumnUpdateNode,
  FromNode,
  IdentifierNode,
  OutputNode,
  RawNode,
  ReferenceNode,
  SelectAllNode,
  SelectModifierNode,
  SelectionNode,
  TableNode,
  ValueNode,
  WhereNode,
  BinaryOperationNode,
  OperatorNode,
  type OperationNode,
  type ReturningNode,
  type SelectQueryNode,
  type UpdateQueryNode,
} from 'kysely';
import { columnsOf } from './columns.ts';

/** Rows that others hold are passed over; those that are read stay locked. Hints for speed alone. */
const passingOver = 'with (rowlock, readpast, updlock, readcommittedlock)';

/** The time of the server, in UTC. */
export const serverTime = 'sysutcdatetime()';

/** A table as a statement names it. */
export interface Named {
  table: string;
  alias: string;
}

/** Undefined for what is not a table, such as a subquery. */
export function named(node: OperationNode): Named | undefined {
  if (TableNode.is(node)) {
    const { name } = node.table.identifier;
    return { table: name, alias: name };
  }
  if (!AliasNode.is(node) || !TableNode.is(node.node) || !IdentifierNode.is(node.alias)) return undefined;
  return { table: node.node.table.identifier.name, alias: node.alias.name };
}

export const tablesIn = (nodes: readonly OperationNode[]): Named[] => nodes.flatMap((node) => named(node) ?? []);

const isModified = (node: SelectQueryNode, by: 'ForUpdate' | 'SkipLocked'): boolean =>
  node.endModifiers?.some(({ modifier }) => modifier === by) === true;

/** `select … for update` waits for the rows; with `skip locked` it passes them over. */
export const locks = (node: SelectQueryNode): boolean =>
  isModified(node, 'ForUpdate') && !isModified(node, 'SkipLocked');

/** TOP for a limit, hints for `skip locked`, each column by its name for `*`. */
export function asTsql(node: SelectQueryNode): SelectQueryNode {
  const { limit, endModifiers: _, ...rest } = isModified(node, 'SkipLocked') ? hinted(node) : node;
  const top = limit === undefined ? [] : [SelectModifierNode.createWithExpression(topOf(limit.limit))];
  return {
    ...rest,
    frontModifiers: [...(rest.frontModifiers ?? []), ...top],
    selections: (rest.selections ?? []).flatMap((selection) => spelledOut(selection, node)),
  };
}

const topOf = (count: OperationNode): RawNode => RawNode.create(['top (', ')'], [literal(count)]);

/** A number that the statement itself names is part of its text. */
const literal = (node: OperationNode): OperationNode =>
  ValueNode.is(node) && typeof node.value === 'number' ? ValueNode.createImmediate(node.value) : node;

/** `for update of` names tables by their aliases; without it all are meant. */
function hinted({ endModifiers = [], ...node }: SelectQueryNode): SelectQueryNode {
  const aliases = endModifiers.flatMap(({ of = [] }) => tablesIn(of)).map(({ alias }) => alias);
  const hint = (table: OperationNode): OperationNode => {
    const alias = named(table)?.alias;
    const isMeant = alias !== undefined && (aliases.length === 0 || aliases.includes(alias));
    return isMeant ? RawNode.create(['', ` ${passingOver}`], [table]) : table;
  };
  return {
    ...node,
    ...(node.from === undefined ? {} : { from: FromNode.create(node.from.froms.map(hint)) }),
    ...(node.joins === undefined ? {} : { joins: node.joins.map((join) => ({ ...join, table: hint(join.table) })) }),
  };
}

function spelledOut(selection: SelectionNode, { from, joins = [] }: SelectQueryNode): SelectionNode[] {
  const node: OperationNode = selection.selection;
  const isAll = SelectAllNode.is(node);
  if (!isAll && !(ReferenceNode.is(node) && SelectAllNode.is(node.column))) return [selection];
  const all = tablesIn([...(from?.froms ?? []), ...joins.map(({ table }) => table)]);
  const wanted = isAll ? all : all.filter(({ alias }) => alias === node.table?.table.identifier.name);
  const columns = wanted.flatMap(({ table, alias }) =>
    [...(columnsOf(table)?.keys() ?? [])].map((column) => columnOf(column, joins.length > 0 ? alias : undefined)),
  );
  return columns.length === 0 ? [selection] : columns.map((column) => SelectionNode.create(column));
}

const columnOf = (column: string, table?: string): ReferenceNode =>
  ReferenceNode.create(ColumnNode.create(column), table === undefined ? undefined : TableNode.create(table));

/** OUTPUT of what a statement returns; each column keeps its name. */
export const outputOf = (returning: ReturningNode, of: 'inserted' | 'deleted'): OutputNode =>
  OutputNode.create(returning.selections.map(({ selection }) => outputColumn(selection, of)));

function outputColumn(node: OperationNode, of: 'inserted' | 'deleted'): AliasNode {
  if (AliasNode.is(node)) return AliasNode.create(qualified(node.node, of), node.alias);
  return AliasNode.create(qualified(node, of), IdentifierNode.create(nameOf(node)));
}

const qualified = (node: OperationNode, of: string): ReferenceNode => columnOf(nameOf(node), of);

/** The name of a column. Only columns can be returned: T-SQL's OUTPUT of expressions is not shared by its servers. */
export function nameOf(node: OperationNode): string {
  if (ColumnNode.is(node)) return node.column.name;
  if (ReferenceNode.is(node) && ColumnNode.is(node.column)) return node.column.column.name;
  throw new TypeError(`a statement can return columns by their names, not a ${node.kind}`);
}

/** The UPDATE that locks what a `select … for update` reads; it comes before it, in the same request. */
export function touching(node: SelectQueryNode): UpdateQueryNode {
  const [table, ...more] = tablesIn(node.from?.froms ?? []);
  if (table === undefined || more.length > 0 || (node.joins ?? []).length > 0 || node.where === undefined) {
    throw new TypeError('a statement locks rows of one table, by a condition');
  }
  const touched = ColumnUpdateNode.create(ColumnNode.create('touched_at'), RawNode.createWithSql(serverTime));
  return {
    kind: 'UpdateQueryNode',
    table: TableNode.create(table.table),
    updates: [touched],
    where: node.limit === undefined ? node.where : WhereNode.create(amongFirst(node)),
  };
}

/** With a limit only the first rows are locked. */
function amongFirst({ endModifiers: _, ...node }: SelectQueryNode): BinaryOperationNode {
  const id = columnOf('id');
  const first: SelectQueryNode = { ...node, selections: [SelectionNode.create(id)] };
  return BinaryOperationNode.create(id, OperatorNode.create('in'), first);
}
