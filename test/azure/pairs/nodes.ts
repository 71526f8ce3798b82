/** Kysely's nodes, looked at by the names of their parts. */
import { RawNode, ValueNode, type OperationNode } from 'kysely';
import { Placeholder } from '../../../shared/platform/database/statement.ts';

export type AnyNode = OperationNode & Readonly<Record<string, unknown>>;

export const optional = (value: unknown): AnyNode | undefined =>
  typeof value === 'object' && value !== null && 'kind' in value ? (value as AnyNode) : undefined;

export const node = (value: unknown): OperationNode => value as OperationNode; // an update has a value

export const list = (value: unknown): AnyNode[] =>
  Array.isArray(value) ? value.flatMap((each) => optional(each) ?? []) : [];

export function below(value: unknown): AnyNode[] {
  if (Array.isArray(value)) return value.flatMap(below);
  const found = optional(value);
  return found === undefined ? [] : [found, ...Object.values(found).flatMap(below)];
}

export const modifiersOf = (query: AnyNode): unknown[] => list(query['endModifiers']).map(({ modifier }) => modifier);

/** The name of a column, or `*`; empty for what is none. */
export function columnIn(value: unknown): string {
  const found = optional(value);
  if (found?.kind === 'SelectAllNode') return '*';
  if (found?.kind === 'ReferenceNode') return columnIn(found['column']);
  return found?.kind === 'ColumnNode' ? (found['column'] as { name: string }).name : '';
}

export function tableIn(value: unknown): string | undefined {
  const found = optional(value);
  if (found?.kind !== 'TableNode') return undefined;
  return (found['table'] as { identifier: { name: string } }).identifier.name;
}

/** A table by its alias. */
export function nameIn(value: AnyNode | undefined): [alias: string, table: string][] {
  const bare = tableIn(value);
  if (bare !== undefined) return [[bare, bare]];
  if (value?.kind !== 'AliasNode') return [];
  const table = tableIn(value['node']);
  return table === undefined ? [] : [[(value['alias'] as { name: string }).name, table]];
}

/** Conditions that must all hold. */
export function alsoIn(value: unknown): AnyNode[] {
  const found = optional(value);
  if (found?.kind === 'WhereNode') return alsoIn(found['where']);
  if (found?.kind === 'OnNode') return alsoIn(found['on']);
  if (found?.kind === 'ParensNode') return alsoIn(found['node']);
  if (found?.kind === 'AndNode') return [...alsoIn(found['left']), ...alsoIn(found['right'])];
  return found?.kind === 'BinaryOperationNode' ? [found] : [];
}

export function valuesIn(value: unknown): ValueNode[] | undefined {
  const found = optional(value);
  if (found?.kind === 'ValueNode') return [value as ValueNode];
  if (found?.kind === 'PrimitiveValueListNode')
    return (found['values'] as unknown[]).map((each) => ValueNode.create(each));
  if (found?.kind !== 'ValueListNode') return undefined;
  const values = list(found['values']);
  return values.every(({ kind }) => kind === 'ValueNode') ? (values as unknown as ValueNode[]) : undefined; // as they say
}

/** What a time is compared with that has come. */
export const isDue = 'has come';

export const dueBy = (value: AnyNode): ValueNode[] | undefined =>
  RawNode.is(value) && value.sqlFragments[0] === 'now_plus(' ? [ValueNode.create(isDue)] : undefined;

export const isSum = (column: string, value: OperationNode): boolean => {
  const { kind, leftOperand, operator, rightOperand } = value as AnyNode;
  const sign = optional(operator)?.['operator'];
  const isPlain = optional(rightOperand)?.kind === 'ValueNode';
  return (
    kind === 'BinaryOperationNode' && (sign === '+' || sign === '-') && columnIn(leftOperand) === column && isPlain
  );
};

export function rowsIn(top: AnyNode): Map<string, OperationNode>[] {
  const columns = list(top['columns']).map(columnIn);
  const values = optional(top['values']);
  if (values?.kind !== 'ValuesNode') return [];
  return list(values['values']).map((row) => {
    const said = row['values'] as unknown[];
    const cells = row.kind === 'PrimitiveValueListNode' ? said.map((each) => ValueNode.create(each)) : said.map(node);
    return new Map(columns.map((column, at) => [column, cells[at] ?? ValueNode.create(null)]));
  });
}

/** A time to come. */
export const aTime = 'to come';

/** What was bound for the stand-ins of a statement; `standIns` are in the order of the parameters. */
export function valueOf(value: OperationNode, standIns: readonly unknown[], given: readonly unknown[]): unknown {
  if (RawNode.is(value) && value.sqlFragments[0] === 'now_plus(') return isNull(value, standIns, given) ? null : aTime;
  if (!ValueNode.is(value)) return undefined;
  return value.value instanceof Placeholder ? given[standIns.indexOf(value.value)] : value.value;
}

/** A time in so many seconds; in null seconds it is none. */
const isNull = ({ parameters: [seconds] }: RawNode, standIns: readonly unknown[], given: readonly unknown[]): boolean =>
  seconds !== undefined && valueOf(seconds, standIns, given) === null;
