/** Statements that the reader would misread: it must know every part that one is made of. */
import type { CompiledQuery } from 'kysely';
import { columnsOf } from '../../../shared/platform/database/azure-sql/columns.ts';
import { below, tableIn, type AnyNode } from './nodes.ts';

const known: ReadonlySet<string> = new Set(
  [
    ...['SelectQuery', 'UpdateQuery', 'DeleteQuery', 'InsertQuery'],
    ...['Table', 'SchemableIdentifier', 'Identifier', 'Alias', 'From', 'Join', 'On', 'SetOperation'],
    ...['Column', 'Reference', 'ColumnUpdate', 'Selection', 'SelectAll', 'Returning', 'AggregateFunction'],
    ...['Where', 'Having', 'And', 'Or', 'Parens', 'BinaryOperation', 'UnaryOperation', 'Operator'],
    ...['Value', 'Values', 'ValueList', 'PrimitiveValueList', 'Raw'],
    ...['OrderBy', 'OrderByItem', 'GroupBy', 'GroupByItem', 'Limit', 'SelectModifier'],
  ].map((name) => `${name}Node`),
);

const why = new WeakMap<object, string | undefined>();

/** What of it cannot be read, in words; undefined where all can. A statement is looked at once. */
export function unreadIn({ query }: Pick<CompiledQuery, 'query'>): string | undefined {
  if (!why.has(query)) why.set(query, look(query as unknown as AnyNode)); // to be looked at by names
  return why.get(query);
}

function look(top: AnyNode): string | undefined {
  if (top.kind === 'RawNode') return 'it is text by hand';
  const nodes = below(top);
  const odd = nodes.find(({ kind }) => !known.has(kind));
  if (odd !== undefined) return `it has a ${odd.kind}`;
  const aliases = nodes.flatMap(aliasIn);
  const tables = nodes.flatMap((each) => tableIn(each) ?? []);
  const strange = tables.find((table) => columnsOf(table) === undefined && !aliases.includes(table));
  if (strange !== undefined) return `it names ${strange}, which is no table of the schema`;
  return nodes.some(hidesTable) ? 'text by hand in it names a table' : undefined;
}

const aliasIn = ({ kind, alias }: AnyNode): string[] =>
  kind === 'AliasNode' ? [(alias as { name: string }).name] : [];

const hidesTable = ({ kind, sqlFragments }: AnyNode): boolean =>
  kind === 'RawNode' && (sqlFragments as string[]).some((text) => /\b(from|join|into|update)\b/i.test(text));
