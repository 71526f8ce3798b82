/** Databases as they stood at each version of the schema, as SQL: made once by the Muster of that version, and kept. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

const folder = join(import.meta.dirname, 'snapshots');

/** Values in them are sealed with this key. */
export const dataKey = Buffer.alloc(32, 7).toString('base64');
/** When they were made. */
export const madeAt = new Date('2026-03-03T12:00:00.000Z');

/** Of the newest migration that each had. */
export const snapshots = (): string[] =>
  globSync('*.sql.gz', { cwd: folder })
    .map((file) => basename(file, '.sql.gz'))
    .toSorted();

export const fileOf = (migration: string): string => join(folder, `${migration}.sql.gz`);

export const readSnapshot = (migration: string): string => gunzipSync(readFileSync(fileOf(migration))).toString();

export const packed = (sql: string): Buffer => gzipSync(sql, { level: 9 });

/** Schema and rows of a database, to be run on an empty one. */
export function dump(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  const made = database
    .prepare("select type, name, sql from sqlite_schema where sql is not null and name not like 'sqlite_%'")
    .all();
  const tables = made.filter(({ type }) => type === 'table');
  const lines = [
    ...tables.map(({ sql }) => `${String(sql)};`),
    ...tables.flatMap(({ name }) =>
      database
        .prepare(`select * from "${String(name)}"`)
        .all()
        .map((row) => `insert into "${String(name)}" values (${Object.values(row).map(literal).join(', ')});`),
    ),
    ...made.filter(({ type }) => type !== 'table').map(({ sql }) => `${String(sql)};`),
  ];
  database.close();
  return ['begin;', ...lines, 'commit;', ''].join('\n');
}

function literal(value: SQLOutputValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (ArrayBuffer.isView(value)) return `x'${Buffer.from(value).toString('hex')}'`;
  return String(value);
}
