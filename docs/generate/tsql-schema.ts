/** Reads the T-SQL files of the schema: tables with their columns, keys and indexes. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../shared/platform/database/azure-sql/', import.meta.url);

export interface Column {
  name: string;
  /** As it is written, such as `nvarchar(128)`. */
  type: string;
  isNullable: boolean;
  isJson: boolean;
  references: string | null;
}

export interface Index {
  name: string;
  columns: string[];
  isUnique: boolean;
  /** What stands after WHERE. */
  filter: string | null;
}

export interface Table {
  name: string;
  columns: Column[];
  key: string[];
  indexes: Index[];
}

/** The files in their order. */
export const schemaFiles = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted();

/** As they stand after all files: a table may be dropped, and made anew. */
export function readTables(): Table[] {
  const text = schemaFiles()
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')
    .replaceAll(/--[^\n]*/g, '');
  const tables = new Map<string, Table>();
  for (const found of text.matchAll(changes)) {
    const [, created = '', body = '', dropped = '', altered = '', column = '', checked = '', json = '', ...index] =
      found;
    if (created !== '') tables.set(created, tableOf(created, body.split(/,\n/)));
    else if (dropped !== '') tables.delete(dropped);
    else if (altered !== '') tables.get(altered)?.columns.push(columnOf(column));
    else if (checked !== '') tables.get(checked)?.columns.forEach((one) => (one.isJson ||= one.name === json));
    else addIndex(tables, index);
  }
  return [...tables.values()];
}

const changes = new RegExp(
  [
    String.raw`CREATE TABLE (\w+) \(\n(.*?)\n\);`,
    String.raw`DROP TABLE (\w+);`,
    String.raw`ALTER TABLE (\w+) ADD ([^\n]*);`,
    String.raw`ALTER TABLE (\w+) WITH CHECK ADD CONSTRAINT \w+ CHECK \(ISJSON\((\w+)\) = 1\);`,
    String.raw`CREATE (UNIQUE |CLUSTERED )?INDEX (\w+) ON (\w+) \(([^)]*)\)(?: WHERE ([^;]*))?;`,
  ].join('|'),
  'gs',
);

function addIndex(tables: Map<string, Table>, [unique, name = '', table = '', columns = '', filter]: string[]): void {
  tables
    .get(table)
    ?.indexes.push({ name, columns: listed(columns), isUnique: unique === 'UNIQUE ', filter: filter ?? null });
}

function tableOf(name: string, lines: string[]): Table {
  const table: Table = { name, columns: [], key: [], indexes: [] };
  for (const line of lines.map((line) => line.trim())) {
    const key = /^CONSTRAINT \w+ PRIMARY KEY (?:NONCLUSTERED )?\((.*)\)$/.exec(line)?.[1];
    if (key !== undefined) table.key = listed(key);
    else {
      const column = columnOf(line);
      table.columns.push(column);
      if (/ PRIMARY KEY\b/.test(line)) table.key = [column.name];
    }
  }
  return table;
}

function columnOf(line: string): Column {
  const [, name = '', type = ''] = /^(\[?\w+\]?) (\w+(?:\(\w+\))?)/.exec(line) ?? [];
  return {
    name: bare(name),
    type,
    isNullable: !/\bNOT NULL\b/.test(line),
    isJson: /\bISJSON\(/.test(line),
    references: /\bREFERENCES (\w+ \(\w+\))/.exec(line)?.[1] ?? null,
  };
}

const listed = (columns: string): string[] => columns.split(',').map((column) => bare(column.trim()));
const bare = (name: string): string => name.replaceAll(/[[\]]/g, '');
