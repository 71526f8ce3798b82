/** What a statement is called: its operation and its tables, never its text or its values. */
import { AliasNode, TableNode, type CompiledQuery, type OperationNode } from 'kysely';
import type { Attributes } from './telemetry.ts';

interface Named {
  operation: string;
  tables: string[];
}

/** As the semantic conventions of databases name them. */
export interface StatementName {
  summary: string;
  attributes: Attributes;
}

/** A summary is no longer than this. */
const longestSummary = 255;

/** Names are kept as long as the statement they were read from. */
export function statementNames(): (queries: readonly CompiledQuery[]) => StatementName {
  const known = new WeakMap<object, StatementName>();
  const nameOf = (query: CompiledQuery): StatementName => {
    let name = known.get(query.query);
    if (name === undefined) known.set(query.query, (name = single(namedIn(query))));
    return name;
  };
  return (queries) => {
    const [first] = queries;
    return first !== undefined && queries.length === 1 ? nameOf(first) : batch(queries.map(nameOf));
  };
}

function single({ operation, tables }: Named): StatementName {
  const summary = shortened([operation, ...new Set(tables)].join(' '));
  const attributes: Attributes = { 'db.operation.name': operation, 'db.query.summary': summary };
  const [table] = tables;
  if (table !== undefined && tables.length === 1) attributes['db.collection.name'] = table;
  return { summary, attributes };
}

function batch(names: readonly StatementName[]): StatementName {
  const summary = shortened(['BATCH', ...names.map(({ summary }) => summary)].join(' '));
  const attributes = { 'db.operation.name': 'BATCH', 'db.query.summary': summary };
  return { summary, attributes: { ...attributes, 'db.operation.batch.size': names.length } };
}

const shortened = (text: string): string => text.slice(0, longestSummary);

function namedIn({ query, sql }: CompiledQuery): Named {
  switch (query.kind) {
    case 'SelectQueryNode':
      return { operation: 'SELECT', tables: tablesIn([...(query.from?.froms ?? []), ...joined(query.joins)]) };
    case 'InsertQueryNode':
      return { operation: 'INSERT', tables: tablesIn([query.into]) };
    case 'UpdateQueryNode':
      return { operation: 'UPDATE', tables: tablesIn([query.table]) };
    case 'DeleteQueryNode':
      return { operation: 'DELETE', tables: tablesIn(query.from.froms) };
    default:
      return { operation: /^\s*([a-z]+)\b/i.exec(sql)?.[1]?.toUpperCase() ?? 'SQL', tables: [] };
  }
}

const joined = (joins: readonly { table: OperationNode }[] = []): OperationNode[] => joins.map(({ table }) => table);

const tablesIn = (nodes: readonly (OperationNode | undefined)[]): string[] =>
  nodes.flatMap((node): string[] => {
    if (node === undefined) return [];
    if (AliasNode.is(node)) return tablesIn([node.node]);
    return TableNode.is(node) ? [node.table.identifier.name] : [];
  });
