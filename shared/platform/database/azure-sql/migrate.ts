/** Brings the schema of Azure SQL up to date: numbered T-SQL files, each applied once, in a transaction of its own. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Config } from '../../config.ts';
import type { Clock } from '../../platform.ts';
import { isTransient } from '../faults.ts';
import type { Migration } from '../migrate.ts';
import { admitApp, type AppUser } from './app-user.ts';
import { openPool, type Pool } from './pool.ts';
import type { Session } from './session.ts';

const folder = new URL('./', import.meta.url);

/** Two who migrate at once come one after the other. The answer is below 0 where that took too long. */
export const takeLock = `declare @outcome int;
exec @outcome = sp_getapplock @Resource = N'muster migrate', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 60000;
select @outcome as outcome;`;

export const findApplied = "if object_id(N'migrations') is not null select name from migrations;";

/** Readers then see rows as they were committed, without a lock. So it is on Azure; servers in containers need it. */
export const readVersions = `if exists (select 1 from sys.databases where database_id = db_id() and is_read_committed_snapshot_on = 0)
  alter database current set read_committed_snapshot on with rollback immediate;`;

/** Long enough for an index over a large table; a paused database wakes within a minute. */
const patience = { connect: 60_000, request: 1_800_000 };
const tries = 10;

interface Migrating {
  config: Config;
  clock: Clock;
  dryRun: boolean;
  /** The app's own user, made after the schema is there. */
  user?: AppUser | undefined;
}

/** Applies what the database lacks and gives it; with `dryRun` only gives it. Throws when another is at it. */
export async function migrateAzureSql({ config, clock, dryRun, user }: Migrating): Promise<Migration[]> {
  const pool = await openPool(config, patience);
  try {
    const session = await patiently(pool, clock);
    try {
      const missing = await migrate(session, dryRun);
      if (user !== undefined && !dryRun) await admitApp(session, user);
      return missing;
    } finally {
      session.release(true); // which frees the lock
    }
  } finally {
    await pool.close();
  }
}

/** A name that leads nowhere, or a closed door, is told at once. */
const isThere = (error: unknown): boolean => (error as { code?: unknown }).code !== 'ESOCKET';

async function patiently(pool: Pool, clock: Clock): Promise<Session> {
  for (let tried = 1; ; tried++) {
    try {
      return await pool.lend();
    } catch (error) {
      if (!isTransient(error) || !isThere(error) || tried >= tries) throw error;
      await clock.sleep(6000);
    }
  }
}

async function migrate(session: Session, dryRun: boolean): Promise<Migration[]> {
  if (!dryRun) await lock(session);
  const applied = new Set((await session.say(findApplied)).flatMap(({ rows }) => rows.map(([name]) => name)));
  const missing = migrations().filter(({ name }) => !applied.has(name));
  if (dryRun || missing.length === 0) return missing;
  if (applied.size === 0) await session.say(readVersions);
  for (const migration of missing) await apply(session, migration);
  return missing;
}

async function lock(session: Session): Promise<void> {
  const [set] = await session.say(takeLock);
  if (Number(set?.rows[0]?.[0]) >= 0) return;
  throw new Error('Another migration of this database has not ended within a minute; try again when it has.');
}

const migrations = (): Migration[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => ({ name, sql: readFileSync(new URL(name, folder), 'utf8') }));

/** The file itself says in the table `migrations` that it was applied, so that sqlcmd can run it as well. */
async function apply(session: Session, { name, sql }: Migration): Promise<void> {
  try {
    await session.say('begin transaction;');
    for (const batch of batchesOf(sql)) await session.say(batch);
    await session.say('commit transaction;');
  } catch (error) {
    throw new Error(`migration ${name} failed; nothing of it has happened`, { cause: error });
  }
}

/** What stands between the lines that say GO, as sqlcmd parts it. */
const batchesOf = (sql: string): string[] => sql.split(/^GO\s*$/m).filter((batch) => batch.trim() !== '');
