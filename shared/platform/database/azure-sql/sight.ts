/** Which columns the names in a statement mean, and so of what kind their values are. */
import { BinaryOperationNode, ColumnNode, ParensNode, ReferenceNode, type OperationNode } from 'kysely';
import { columnsOf, type Kind } from './columns.ts';
import { nameOf, type Named } from './rewrite.ts';

/** A column that a value is written to or compared with. */
export interface Place {
  name: string;
  kind: Kind;
}

export class Sight {
  /** Those of the innermost statement last. */
  readonly #tables: readonly Named[];

  constructor(tables: readonly Named[] = []) {
    this.#tables = tables;
  }

  /** From within a statement over these tables. */
  of(tables: readonly Named[]): Sight {
    return new Sight([...this.#tables, ...tables]);
  }

  /** The column that a node names, or whose kind its value has. */
  placeOf(node: OperationNode): Place | undefined {
    if (ParensNode.is(node)) return this.placeOf(node.node);
    if (BinaryOperationNode.is(node)) return this.placeOf(node.leftOperand) ?? this.placeOf(node.rightOperand);
    if (ColumnNode.is(node)) return this.find(nameOf(node));
    if (!ReferenceNode.is(node) || !ColumnNode.is(node.column)) return undefined;
    return this.find(nameOf(node), node.table?.table.identifier.name);
  }

  /** The innermost column of that name, of one table or of any. */
  find(name: string, alias?: string): Place | undefined {
    const tables = alias === undefined ? this.#tables : this.#tables.filter((table) => table.alias === alias);
    const kind = tables.map(({ table }) => columnsOf(table)?.get(name)).findLast((found) => found !== undefined);
    return kind === undefined ? undefined : { name, kind };
  }
}
