/** Kysely's compiler for SQLite, less what SQLite has no need of (row locks), and with limits it is quick at. */
import {
  AndNode,
  BinaryOperationNode,
  ColumnNode,
  DummyDriver,
  Kysely,
  OperatorNode,
  ReferenceNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  ValueNode,
  type LimitNode,
  type OperationNode,
  type RawNode,
  type ReturningNode,
  type SelectModifierNode,
  type UpdateQueryNode,
} from 'kysely';

class Compiler extends SqliteQueryCompiler {
  #key: BinaryOperationNode | undefined;
  #keyAt = 0;

  /**
   * A row's key that the change was given need not be returned: how many rows it hit says as much, and `returning` took
   * 2.4 of an update's 7.2 µs. What stands in its place is for the connection, which gives the rows.
   */
  protected override visitUpdateQuery(node: UpdateQueryNode): void {
    const key = keyReturned(node);
    if (key === undefined) return super.visitUpdateQuery(node);
    const { returning: _, ...rest } = node;
    this.#key = key;
    super.visitUpdateQuery(rest);
    this.append(` /* returning "${columnOf(key.leftOperand)}" = ?${this.#keyAt} */`);
  }

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
    if (node === this.#key) this.#keyAt = this.numParameters + 1;
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

function columnOf(node: OperationNode): string | undefined {
  if (ReferenceNode.is(node)) return columnOf(node.column);
  return ColumnNode.is(node) ? node.column.name : undefined;
}

const isState = (node: OperationNode): boolean => columnOf(node) === 'state';

/** The condition that says what an update returns: one column, equal to a parameter, and left as it is. */
function keyReturned({ returning, where, updates = [] }: UpdateQueryNode): BinaryOperationNode | undefined {
  const name = returning && onlyColumn(returning);
  if (name === undefined || where === undefined) return undefined;
  if (updates.some(({ column }) => columnOf(column) === name)) return undefined;
  return conditions(where.where).find((each) => columnOf(each.leftOperand) === name && isBound(each));
}

const isBound = ({ leftOperand, operator, rightOperand }: BinaryOperationNode): boolean =>
  OperatorNode.is(operator) && operator.operator === '=' && ValueNode.is(rightOperand) && !isState(leftOperand);

const onlyColumn = ({ selections: [first, second] }: ReturningNode): string | undefined =>
  first === undefined || second !== undefined ? undefined : columnOf(first.selection);

/** Those that must all hold. */
function conditions(node: OperationNode): BinaryOperationNode[] {
  if (AndNode.is(node)) return [...conditions(node.left), ...conditions(node.right)];
  return BinaryOperationNode.is(node) ? [node] : [];
}

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
