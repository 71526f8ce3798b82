/** The T-SQL and the SQLite files say the same schema. */
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { columnsFile, columnsJson } from '../../docs/generate/columns.ts';
import { readTables, schemaFiles, type Column, type Index, type Table } from '../../docs/generate/tsql-schema.ts';
import { jobKey } from '../../shared/estimates/history.ts';
import { awaitedPrice } from '../../shared/estimates/price.ts';
import { queueOf } from '../../shared/tasks/queue-name.ts';
import { migrations } from '../../shared/platform/database/migrate.ts';

const azure = readTables();
const sqlite = new DatabaseSync(':memory:');
for (const { sql } of migrations()) sqlite.exec(sql);

const query = <Row extends object>(sql: string, ...values: string[]) => sqlite.prepare(sql).all(...values) as Row[];
const namesOf = (tables: { name: string }[]) => tables.map(({ name }) => name).toSorted();

/** Only for what SQLite has no need of: its lock is the file's, its migrations are the adapter's. */
const azureAlone = new Set(['commits', 'migrations']);
const compared = azure.filter(({ name }) => !azureAlone.has(name));

/** What a column holds, whatever each database calls it. */
const held = (type: string): string => {
  if (/^nvarchar|^TEXT$/.test(type)) return 'text';
  if (/^datetime2\(3\)$|^TEXT_TIME$/.test(type)) return 'time';
  if (/^bit$|^INTEGER_BOOLEAN$/.test(type)) return 'flag';
  if (/^float$|^REAL$/.test(type)) return 'number';
  return /^(int|bigint|INTEGER)$/.test(type) ? 'whole number' : type;
};

/** Whole seconds of a setting may have a fraction where a time stood still. */
const fractions = new Set(['approvals.valid_seconds']);

function inAzure({ name, columns, key }: Table): unknown {
  const shown = columns.filter((column) => column.name !== 'touched_at').map((column) => shownColumn(name, column));
  return { columns: shown.toSorted(byName), key };
}

const shownColumn = (table: string, { name, type, isNullable, isJson, references }: Column) => ({
  name,
  holds: isJson ? 'json' : fractions.has(`${table}.${name}`) ? 'whole number' : held(type),
  isNullable,
  references,
});

function inSqlite(table: string): unknown {
  const references = new Map(
    query<Record<'from' | 'table' | 'to', string>>(
      'SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)',
      table,
    ).map((key) => [key.from, `${key.table} (${key.to})`]),
  );
  const columns = query<{ name: string; type: string; is_required: number; pk: number }>(
    'SELECT name, type, "notnull" AS is_required, pk FROM pragma_table_info(?)',
    table,
  );
  const shown = columns.map(({ name, type, is_required, pk }) => ({
    name,
    holds: type === 'TEXT_JSON' ? 'json' : held(type),
    isNullable: is_required === 0 && pk === 0,
    references: references.get(name) ?? null,
  }));
  const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
  return {
    columns: shown.filter(({ name }) => name !== 'touched_at').toSorted(byName),
    key: key.map(({ name }) => name),
  };
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

const sqliteIndexes = (table: string): Index[] =>
  query<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?",
    table,
  ).map(({ name, sql }) => {
    const [, unique, columns = '', filter = null] =
      /^CREATE (UNIQUE )?INDEX \w+ ON \w+ \(([^)]*)\)(?:\s+WHERE (.*))?$/s.exec(sql) ?? [];
    return { name, columns: columns.split(', '), isUnique: unique !== undefined, filter: asList(filter) };
  });

/** `a = 'x' OR a = 'y'` as T-SQL's filters say it. */
const asList = (filter: string | null): string | null =>
  filter === null || !filter.includes(' OR ')
    ? filter
    : `state IN (${[...filter.matchAll(/state = ('\w+')/g)].map(([, word]) => word).join(', ')})`;

describe('the schema of Azure SQL', () => {
  it('is in files of the same names, each of which says that it was applied', () => {
    expect(schemaFiles()).toEqual(migrations().map(({ name }) => name));
    for (const name of schemaFiles()) {
      const text = readFileSync(new URL(name, columnsFile), 'utf8');
      expect(text).toContain(`INSERT INTO migrations (name, applied_at) VALUES (N'${name}', SYSUTCDATETIME());`);
    }
  });

  it('has the tables of the embedded one', () => {
    const tables = query<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    expect(namesOf(compared)).toEqual(namesOf(tables));
  });

  it.each(compared.filter(({ name }) => name !== 'events').map((table) => [table.name, table] as const))(
    'has the columns and keys of %s',
    (name, table) => {
      expect(inAzure(table)).toEqual(inSqlite(name));
    },
  );

  it('gives events a rowversion for a cursor, and so their other key as the first', () => {
    const events = azure.find(({ name }) => name === 'events');
    expect(events?.key).toEqual(['stream', 'number']);
    expect(events?.columns.find(({ name }) => name === 'cursor')?.type).toBe('rowversion');
    expect(namesOf(events?.columns ?? [])).toEqual(
      namesOf(query<{ name: string }>("SELECT name FROM pragma_table_info('events')")),
    );
    expect(sqliteIndexes('events')).toMatchObject([{ columns: ['stream', 'number'], isUnique: true }]);
  });

  it.each(compared.filter(({ name }) => name !== 'events').map((table) => [table.name, table] as const))(
    'has the indexes of %s, the filtered ones too',
    (name, { indexes }) => {
      expect(indexes.toSorted(byName)).toEqual(sqliteIndexes(name).toSorted(byName));
    },
  );

  it('compares ids, keys, hashes and indexed words by their code units', () => {
    const file = readFileSync(new URL('./001_road.sql', columnsFile), 'utf8');
    const keyed = azure.flatMap(({ name, key, indexes }) =>
      [...key, ...indexes.flatMap(({ columns }) => columns)].map((column) => ({ name, column })),
    );
    const ids = azure.flatMap(({ name, columns }) =>
      columns
        .filter((column) => /(^|_)(id|sha256|hash)$/.test(column.name))
        .map((column) => ({ name, column: column.name })),
    );
    for (const { name, column } of [...keyed, ...ids]) {
      const [, line = ''] =
        new RegExp(`CREATE TABLE ${name} \\(.*?\\n  \\[?${column}\\]? ([^\\n]*)`, 's').exec(file) ?? [];
      if (/^nvarchar\(\d/.test(line)) expect(`${name}.${column} ${line}`).toContain('COLLATE Latin1_General_100_BIN2');
    }
  });

  it.each([
    ['jobs.waits_for', awaitedPrice('m'.repeat(200))],
    ['events.stream', `principal:${'p'.repeat(128)}`],
    ['idempotency_keys.idempotency_key', 'k'.repeat(255)],
    ['tasks.queue_id', queueOf({ agent_id: null, capabilities: ['c'.repeat(128), 'd'.repeat(123)] })],
    ['tasks.model', 'm'.repeat(200)],
    ['predictors.prediction_key', jobKey('j'.repeat(128))],
    ['sealed_values.path', `input${`.${'s'.repeat(128)}`.repeat(10)}`],
  ])('has room in %s for the longest that can be said', (column, longest) => {
    const [table, name] = column.split('.');
    const { type = '' } = azure.find((each) => each.name === table)?.columns.find((each) => each.name === name) ?? {};
    expect(Number(/^nvarchar\((\d+)\)$/.exec(type)?.[1])).toBeGreaterThanOrEqual(longest.length);
  });

  it('is what the compiler knows of it; if it is not, run: node docs/generate/columns.ts', async () => {
    expect(readFileSync(columnsFile, 'utf8')).toBe(await columnsJson());
  });
});
