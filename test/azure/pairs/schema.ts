/** Keys, unique indexes and references of every table, read off the T-SQL files. */
import { globSync, readFileSync } from 'node:fs';

const folder = new URL('../../../shared/platform/database/azure-sql/', import.meta.url);

export interface TableKeys {
  /** The columns of its primary key. */
  primary: string[];
  /** Other unique keys, each with its columns. */
  unique: string[][];
  /** Where a value of a column must be a row's: its table. */
  references: Map<string, string>;
}

const files = globSync('*.sql', { cwd: folder.pathname }).toSorted();
const tableKeys = read(files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n'));

export const keysOf = (table: string): TableKeys =>
  tableKeys.get(table) ?? { primary: [], unique: [], references: new Map() };

function read(sql: string): Map<string, TableKeys> {
  const tables = new Map<string, TableKeys>();
  for (const [, table = '', body = ''] of sql.matchAll(/^CREATE TABLE (\w+) \(\n([\s\S]*?)\n\)/gm)) {
    const lines = body.split('\n').map((line) => /^\s*\[?(\w+)\]? (.*?),?$/.exec(line) ?? ['', '', '']);
    const own = lines.flatMap(([, column = '', rest = '']) =>
      /PRIMARY KEY(?: REFERENCES .*)?$/.test(rest) ? [column] : [],
    );
    const [, together] = /PRIMARY KEY(?: NONCLUSTERED)? \(([^)]*)\)/.exec(body) ?? [];
    const references = lines.flatMap(([, column = '', rest = '']): [string, string][] => {
      const [, parent] = /REFERENCES (\w+)/.exec(rest) ?? [];
      return parent === undefined ? [] : [[column, parent]];
    });
    const primary = together === undefined ? own.slice(0, 1) : listed(together);
    tables.set(table, { primary, unique: [], references: new Map(references) });
  }
  for (const [, table = '', columns = ''] of sql.matchAll(/^CREATE UNIQUE INDEX \w+ ON (\w+) \(([^)]*)\)/gm))
    tables.get(table)?.unique.push(listed(columns));
  return tables;
}

function listed(text: string): string[] {
  return text.split(',').map((column) => column.trim());
}
