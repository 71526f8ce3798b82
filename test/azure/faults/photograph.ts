/** All rows of the twin, to be put back; and what they amount to, whatever ids, times and keys came out as. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

interface Table {
  name: string;
  columns: { name: string; type: string }[];
}

type Row = Record<string, SQLInputValue>;

/** Marks of commits, and locks: they differ from run to run and mean nothing. */
const unseen = new Set(['commits', 'migrations']);

/** Counted by claims and faults alike, or out of the clock. */
const passing = new Set(['fence', 'last_fault', 'due_seconds', 'cursor', 'trace', 'touched_at', 'blocked_seconds']);
const claimed = new Set(['jobs', 'approvals', 'asks', 'tasks', 'deliveries']);

const tablesOf = (db: DatabaseSync): Table[] =>
  db
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`)
    .all()
    .map(({ name }) => ({
      name: String(name),
      columns: db
        .prepare(`select name, type from pragma_table_info(?)`)
        .all(name ?? null)
        .map((column) => ({ name: String(column['name']), type: String(column['type']) })),
    }));

/** Keeps all rows as they are now, and gives what puts them back. */
export function putterBack(db: DatabaseSync): () => void {
  db.exec("attach ':memory:' as photograph");
  const puts = tablesOf(db).map(({ name }) => {
    db.exec(`create table photograph."${name}" as select * from main."${name}"`);
    const empty = db.prepare(`delete from main."${name}"`);
    const fill = db.prepare(`insert into main."${name}" select * from photograph."${name}"`);
    return () => void [empty.run(), fill.run()];
  });
  return () => {
    db.exec('pragma foreign_keys = off; begin');
    for (const put of puts) put();
    db.exec('commit; pragma foreign_keys = on');
  };
}

/**
 * Gives what looks at the rows as lines, sorted: the same lines, the same effect. Tables stay as they are, and hardly a
 * value is another at the next look, so that both are worked out once.
 */
export function footprints(db: DatabaseSync): () => string[] {
  const plains = new Map<unknown, string>();
  const known = (value: unknown): string => {
    const before = plains.get(value);
    if (before !== undefined) return before;
    const made = plain(value);
    plains.set(value, made);
    return made;
  };
  const looks = tablesOf(db)
    .filter(({ name }) => !unseen.has(name))
    .map(({ name, columns }) => {
      const seen = columns.filter((column) => isSeen(name, column)).map((column) => column.name);
      const every = db.prepare(`select * from "${name}"`);
      return () =>
        (every.all() as Row[]).map(
          (row) => `${name} ${seen.map((column) => `${column}=${known(row[column])}`).join(' ')}`,
        );
    });
  return () => looks.flatMap((look) => look()).toSorted();
}

const isSeen = (table: string, { name, type }: Table['columns'][number]): boolean =>
  !passing.has(name) && !type.startsWith('datetime2') && !(name === 'attempts' && claimed.has(table));

/** Without what comes out otherwise each time. */
export const plain = (value: unknown): string =>
  String(value)
    .replaceAll(/mk\.\w+\.[\w-]{43}/g, 'key')
    .replaceAll(/whsec_[\w+/=]+/g, 'secret')
    .replaceAll(/\b([a-z]+)_[0-9a-hjkmnp-tv-z]{26}\b/g, '$1_id')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'sha256')
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'trace')
    .replaceAll(/"(\w*(?:seconds|latency|_ms|days)\w*)":-?[\d.e-]+/g, '"$1":n')
    .replaceAll(/((?:seconds|latency)\w*"\}) \S+/g, '$1 n')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
    .replaceAll(/(?<![\w+/])[\w+/]{40,}={0,2}(?![\w+/])/g, 'bytes');
