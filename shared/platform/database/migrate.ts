/** Numbered SQL files, each applied once, in order, each in a transaction of its own. */
import { readdirSync, readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

const folder = new URL('./sqlite/', import.meta.url);

export interface Migration {
  name: string;
  sql: string;
}

/** Applies what the file lacks and gives the names; with `dryRun` only names them. */
export function migrate(db: DatabaseSync, { dryRun = false } = {}): string[] {
  if (!dryRun) {
    db.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT_TIME NOT NULL)');
  }
  refuseNewer(applied(db));
  const missing = migrations().filter(({ name }) => !applied(db).has(name));
  if (!dryRun) for (const migration of missing) apply(db, migration);
  return missing.map(({ name }) => name);
}

/** A file that a newer Muster has changed is not for this one to write to. */
function refuseNewer(names: ReadonlySet<unknown>): void {
  const known = new Set<unknown>(migrations().map(({ name }) => name));
  const newer = [...names].filter((name) => !known.has(name));
  if (newer.length > 0)
    throw new Error(`the database was made by a newer version: it has ${newer.join(', ')}; use that version`);
}

export const migrations = (): Migration[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => ({ name, sql: readFileSync(new URL(name, folder), 'utf8') }));

function applied(db: DatabaseSync): Set<unknown> {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get();
  return new Set(
    known === undefined
      ? []
      : db
          .prepare('SELECT name FROM migrations')
          .all()
          .map(({ name }) => name),
  );
}

function apply(db: DatabaseSync, { name, sql }: Migration): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(sql);
    db.prepare('INSERT INTO migrations (name, applied_at) VALUES (?, now_plus(0))').run(name);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw new Error(`migration ${name} failed`, { cause: error });
  }
}
