/** The columns of each table with what their values are, as the T-SQL files say (docs/generate/columns.ts). */
import schema from './columns.json' with { type: 'json' };

/**
 * `text` has a bounded length, `long` none; `cursor` is a rowversion. Parameters are also `milliseconds`: seconds that
 * reach the server in whole milliseconds.
 */
export type Kind = 'text' | 'long' | 'json' | 'int' | 'bigint' | 'float' | 'bit' | 'time' | 'cursor' | 'milliseconds';

/** The newest migration, which this code needs. */
export const schemaVersion = schema.version;

const tables = new Map(
  Object.entries(schema.tables).map(([table, columns]) => [
    table,
    new Map(Object.entries(columns) as [string, Kind][]),
  ]),
);

/** Undefined where the schema has no such table. */
export const columnsOf = (table: string): ReadonlyMap<string, Kind> | undefined => tables.get(table);
