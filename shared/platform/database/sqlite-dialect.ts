/** Kysely's compiler for SQLite, less what SQLite has no need of (row locks), and with limits it is quick at. */
import {
  DummyDriver,
  Kysely,
  ReferenceNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  ValueNode,
  type BinaryOperationNode,
  type LimitNode,
  type OperationNode,
  type RawNode,
  type SelectModifierNode,
} from 'kysely';

class Compiler extends SqliteQueryCompiler {
  /** One writer at a time holds the whole file, so `for update` and `skip locked` say nothing here. */
  protected override visitSelectModifier(_node: SelectModifierNode): void {}

  /**
   * Never a bare parameter: SQLite plans by its value, and so parses the whole statement again whenever it is
   * bound, which cost 9 of a select's 11 µs.
   */
  protected override visitLimit(node: LimitNode): void {
    const { limit } = node;
    if (ValueNode.is(limit) && typeof limit.value === 'number') return this.append(`limit ${Math.trunc(limit.value)}`);
    super.visitLimit(node);
    this.append(' + 0');
  }

  /**
   * Never a bare parameter either where a partial index is for some states: SQLite would have to know the value to plan,
   * and parses the statement again for each. That was 22 of the 24 µs of a list of open questions.
   */
  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { leftOperand, rightOperand } = node;
    if (!isState(leftOperand) || !ValueNode.is(rightOperand)) return super.visitBinaryOperation(node);
    const { value } = rightOperand;
    if (typeof value !== 'string' || !/^[a-z_]+$/.test(value)) {
      super.visitBinaryOperation(node);
      return this.append(" || ''");
    }
    this.visitNode(leftOperand);
    this.append(' ');
    this.visitNode(node.operator);
    this.append(` '${value}'`);
  }

  /** One writer at a time: cursors are given in the order of the commits. */
  protected override visitRaw(node: RawNode): void {
    if (node.sqlFragments[0] === 'is_settled(') this.append('1');
    else super.visitRaw(node);
  }
}

const isState = (node: OperationNode): boolean =>
  ReferenceNode.is(node) && node.column.kind === 'ColumnNode' && node.column.column.name === 'state';

/** Builds statements; running them is the connection's work. */
export const sqliteBuilder = (): Kysely<never> =>
  new Kysely<never>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new Compiler(),
    },
  });
