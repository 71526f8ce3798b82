/**
 * Kysely's statements in T-SQL. A query that was compiled carries its tree (`query`), from which any other compiler
 * can say the same again; what the engine must know besides its text is its {@link Shape}.
 */
import {
  IdentifierNode,
  MssqlQueryCompiler,
  RawNode,
  SelectQueryNode,
  ValueNode,
  ValuesNode,
  type AliasNode,
  type BinaryOperationNode,
  type ColumnUpdateNode,
  type CompiledQuery,
  type DeleteQueryNode,
  type InsertQueryNode,
  type OperationNode,
  type PrimitiveValueListNode,
  type QueryId,
  type RootOperationNode,
  type UpdateQueryNode,
  type ValueListNode,
} from 'kysely';
import { Placeholder } from '../statement.ts';
import type { Kind } from './columns.ts';
import { merged, shapeOf, type Shape } from './shape.ts';
import { asTsql, locks, outputOf, serverTime, tablesIn, touching, type Named } from './rewrite.ts';
import { Sight, type Place } from './sight.ts';

/** Their values are words of the code and not of callers; said in the text, filtered indexes can serve them. */
const words: ReadonlySet<string> = new Set(['state', 'kind', 'role', 'decision']);

export class TsqlCompiler extends MssqlQueryCompiler {
  #sight = new Sight();
  /** Where the value that comes next belongs. */
  #place: Place | undefined;
  /** Of an INSERT. */
  #columns: (Place | undefined)[] = [];
  #kinds: (Kind | undefined)[] = [];
  /** Parameters by what stands for them: one that is named twice is sent once. */
  #numbers = new Map<object, number>();
  readonly #shapes: WeakMap<object, Shape>;

  constructor(shapes: WeakMap<object, Shape>) {
    super();
    this.#shapes = shapes;
  }

  override compileQuery(node: RootOperationNode, queryId: QueryId): CompiledQuery {
    const parts = SelectQueryNode.is(node) && locks(node) ? [touching(node), node] : [node];
    const { sql, parameters, kinds } = merged(parts.map((part) => this.#compiled(part, queryId)));
    this.#shapes.set(node, shapeOf(node, kinds));
    return { query: node, queryId, sql, parameters };
  }

  #compiled(node: RootOperationNode, queryId: QueryId) {
    this.#sight = new Sight();
    this.#place = undefined;
    this.#kinds = [];
    this.#numbers = new Map();
    const { sql, parameters } = super.compileQuery(node, queryId);
    return { sql, parameters, kinds: this.#kinds };
  }

  protected override visitSelectQuery(node: SelectQueryNode): void {
    const { from, joins = [] } = node;
    const tables = tablesIn([...(from?.froms ?? []), ...joins.map(({ table }) => table)]);
    this.#within(tables, () => super.visitSelectQuery(asTsql(node)));
  }

  protected override visitUpdateQuery({ returning, ...node }: UpdateQueryNode): void {
    const output = returning === undefined ? {} : { output: outputOf(returning, 'inserted') };
    this.#within(tablesIn(node.table === undefined ? [] : [node.table]), () =>
      super.visitUpdateQuery({ ...node, ...output }),
    );
  }

  protected override visitDeleteQuery({ returning, ...node }: DeleteQueryNode): void {
    const output = returning === undefined ? {} : { output: outputOf(returning, 'deleted') };
    this.#within(tablesIn(node.from.froms), () => super.visitDeleteQuery({ ...node, ...output }));
  }

  protected override visitInsertQuery({ returning, ...node }: InsertQueryNode): void {
    const output = returning === undefined ? {} : { output: outputOf(returning, 'inserted') };
    this.#within(tablesIn(node.into === undefined ? [] : [node.into]), () => {
      this.#columns = (node.columns ?? []).map((column) => this.#sight.placeOf(column));
      super.visitInsertQuery({ ...node, ...output });
    });
  }

  #within(tables: Named[], visit: () => void): void {
    const outer = this.#sight;
    this.#sight = outer.of(tables);
    this.#at(undefined, visit);
    this.#sight = outer;
  }

  protected override visitColumnUpdate(node: ColumnUpdateNode): void {
    this.#at(this.#sight.placeOf(node.column), () => super.visitColumnUpdate(node));
  }

  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    this.#at(this.#sight.placeOf(node.leftOperand) ?? this.#sight.placeOf(node.rightOperand), () =>
      super.visitBinaryOperation(node),
    );
  }

  /** A value that is selected under a column's name is meant for it. */
  protected override visitAlias(node: AliasNode): void {
    const { node: aliased, alias } = node;
    const isNamed = ValueNode.is(aliased) && IdentifierNode.is(alias);
    this.#at(isNamed ? this.#sight.find(alias.name) : this.#place, () => super.visitAlias(node));
  }

  #at(place: Place | undefined, visit: () => void): void {
    const before = this.#place;
    this.#place = place;
    visit();
    this.#place = before;
  }

  protected override visitPrimitiveValueList(node: PrimitiveValueListNode): void {
    this.#list(node.values, (value) => this.appendValue(value));
  }

  protected override visitValueList(node: ValueListNode): void {
    this.#list(node.values, (value) => this.visitNode(value));
  }

  /** The rows of an INSERT take their places from its columns; other lists have one. */
  #list<Value>(values: readonly Value[], visit: (value: Value) => void): void {
    const isRow = this.parentNode !== undefined && ValuesNode.is(this.parentNode);
    this.append('(');
    values.forEach((value, at) => {
      if (at > 0) this.append(', ');
      this.#at(isRow ? this.#columns[at] : this.#place, () => visit(value));
    });
    this.append(')');
  }

  /** In text by hand a value's place cannot be told, but by its name. */
  protected override visitRaw(node: RawNode): void {
    const { sqlFragments, parameters } = node;
    const [said] = parameters;
    if (sqlFragments[0] === 'now_plus(' && said !== undefined) return this.#time(said);
    if (sqlFragments[0] === 'is_settled(' && said !== undefined) return this.#settled(said);
    this.#at(undefined, () => super.visitRaw(RawNode.create(sqlFragments.map(inTsql), parameters)));
  }

  #settled(cursor: OperationNode): void {
    this.visitNode(cursor);
    this.append(' < min_active_rowversion()');
  }

  #time(seconds: OperationNode): void {
    if (!ValueNode.is(seconds)) {
      this.append('dateadd(second, ');
      this.visitNode(seconds);
      return this.append(`, ${serverTime})`);
    }
    if (seconds.value === 0) return this.append(serverTime);
    const at = this.#bind(seconds.value, 'milliseconds');
    this.append(`dateadd(millisecond, ${at} % 1000, dateadd(second, ${at} / 1000, ${serverTime}))`);
  }

  protected override appendValue(value: unknown): void {
    const place = this.#place ?? (value instanceof Placeholder ? this.#sight.find(value.name) : undefined);
    if (typeof value === 'string' && words.has(place?.name ?? '')) return this.appendImmediateValue(value);
    this.append(this.#bind(value, place?.kind));
  }

  #bind(value: unknown, kind: Kind | undefined): string {
    const isStandIn = typeof value === 'object' && value !== null;
    const known = isStandIn ? this.#numbers.get(value) : undefined;
    if (known !== undefined && this.#kinds[known - 1] === kind) return `@${known}`;
    this.addParameter(value);
    this.#kinds.push(kind);
    if (isStandIn) this.#numbers.set(value, this.numParameters);
    return this.getCurrentParameterPlaceholder();
  }

  protected override appendStringLiteral(value: string): void {
    this.append('N');
    super.appendStringLiteral(value);
  }
}

/** Strings as the columns are, and the seconds of a column added to the time. */
const inTsql = (fragment: string): string =>
  fragment
    .replaceAll(/'(?:[^']|'')*'/g, 'N$&')
    .replaceAll(/\bnow_plus\((\w+)\)/g, `dateadd(second, $1, ${serverTime})`);
