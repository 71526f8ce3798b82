/** What the compiler for Azure SQL knows of the tables, out of their T-SQL: `node docs/generate/columns.ts`. */
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { readTables, schemaFiles, type Column } from './tsql-schema.ts';

export const columnsFile = new URL('../../shared/platform/database/azure-sql/columns.json', import.meta.url);

/** Written to lock a row, and read by nobody. */
const unseen = 'touched_at';

const kinds: Record<string, string> = {
  'nvarchar(max)': 'long',
  'datetime2(3)': 'time',
  rowversion: 'cursor',
};

const kindOf = ({ type, isJson }: Column): string =>
  isJson ? 'json' : (kinds[type] ?? (type.startsWith('nvarchar') ? 'text' : type));

export function columnsJson(): Promise<string> {
  const tables = readTables().map(({ name, columns }) => [
    name,
    Object.fromEntries(
      columns.filter((column) => column.name !== unseen).map((column) => [column.name, kindOf(column)]),
    ),
  ]);
  const schema = { version: schemaFiles().at(-1), tables: Object.fromEntries(tables) as unknown };
  return format(JSON.stringify(schema), { parser: 'json', printWidth: 120 });
}

if (import.meta.main) writeFileSync(columnsFile, await columnsJson());
