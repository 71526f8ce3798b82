/** What there is to know of a T-SQL statement beside its text. */
import {
  AliasNode,
  DeleteQueryNode,
  IdentifierNode,
  InsertQueryNode,
  SelectQueryNode,
  UpdateQueryNode,
  type OperationNode,
  type RootOperationNode,
} from 'kysely';
import type { Kind } from './columns.ts';
import { asTsql, nameOf, tablesIn, type Named } from './rewrite.ts';
import { Sight } from './sight.ts';

export interface Shape {
  /** Of each parameter; undefined: as its value is. */
  kinds: readonly (Kind | undefined)[];
  /** Whether it answers with rows, be they none. */
  answers: boolean;
  /** Whether it changes more than locks. */
  writes: boolean;
  /** Columns of its rows that are not used as the driver gives them. */
  decoded: ReadonlyMap<string, 'json' | 'cursor'>;
}

interface Part {
  sql: string;
  parameters: readonly unknown[];
  kinds: readonly (Kind | undefined)[];
}

/** Statements as one text; what stands for the same value in both is one parameter. */
export function merged(parts: readonly Part[]): Part {
  const all: { sql: string[]; parameters: unknown[]; kinds: (Kind | undefined)[] } = {
    sql: [],
    parameters: [],
    kinds: [],
  };
  for (const { sql, parameters, kinds } of parts) {
    const numbers = parameters.map((value, at) => {
      const known = all.parameters.findIndex((other, i) => isSame(other, value) && all.kinds[i] === kinds[at]);
      if (known >= 0) return known + 1;
      all.kinds.push(kinds[at]);
      return all.parameters.push(value);
    });
    all.sql.push(sql.replaceAll(/@(\d+)/g, (_, number: string) => `@${numbers[Number(number) - 1]}`));
  }
  return { ...all, sql: all.sql.join('; ') };
}

const isSame = (a: unknown, b: unknown): boolean => a === b && typeof a === 'object' && a !== null;

export function shapeOf(node: RootOperationNode, kinds: readonly (Kind | undefined)[]): Shape {
  const selections = answered(node);
  const decoded = decodedOf(selections ?? [], tablesOf(node));
  return { kinds, answers: selections !== undefined, writes: !SelectQueryNode.is(node), decoded };
}

/** What a statement answers with; undefined: nothing. */
function answered(node: RootOperationNode): readonly OperationNode[] | undefined {
  if (SelectQueryNode.is(node)) return asTsql(node).selections?.map(({ selection }) => selection);
  const isChange = InsertQueryNode.is(node) || UpdateQueryNode.is(node) || DeleteQueryNode.is(node);
  return isChange ? node.returning?.selections.map(({ selection }) => selection) : undefined;
}

function tablesOf(node: RootOperationNode): Named[] {
  if (InsertQueryNode.is(node)) return tablesIn(node.into === undefined ? [] : [node.into]);
  if (UpdateQueryNode.is(node)) return tablesIn(node.table === undefined ? [] : [node.table]);
  if (DeleteQueryNode.is(node)) return tablesIn(node.from.froms);
  if (!SelectQueryNode.is(node)) return [];
  return tablesIn([...(node.from?.froms ?? []), ...(node.joins ?? []).map(({ table }) => table)]);
}

function decodedOf(selections: readonly OperationNode[], tables: readonly Named[]): Map<string, 'json' | 'cursor'> {
  const sight = new Sight(tables);
  const decoded = new Map<string, 'json' | 'cursor'>();
  for (const selection of selections) {
    const { node, name } = unaliased(selection);
    const kind = sight.placeOf(node)?.kind;
    if (kind === 'json' || kind === 'cursor') decoded.set(name ?? nameOf(node), kind);
  }
  return decoded;
}

const unaliased = (node: OperationNode): { node: OperationNode; name?: string } =>
  AliasNode.is(node) && IdentifierNode.is(node.alias) ? { node: node.node, name: node.alias.name } : { node };
