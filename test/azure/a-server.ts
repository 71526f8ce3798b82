/** Azure SQL's stand-in, with what `npm run migrate` asks of a server beside its tables. */
import {
  findApplied,
  migrateAzureSql,
  readVersions,
  takeLock,
} from '../../shared/platform/database/azure-sql/migrate.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { handClock, type HandClock } from '../world/clock.ts';
import type { Result, Session } from './tds/executor.ts';
import { startStandIn, type StandIn } from './tds/server.ts';
import type { Value } from './tds/values.ts';
import { TwinDatabase } from './twin/database.ts';
import { TwinSession } from './twin/session.ts';

/** What only a server knows. */
interface Known {
  /** What sp_getapplock says: below 0 somebody else has the lock. */
  lock: bigint;
  /** How often row versions were turned on. */
  versions: number;
}

export interface Server extends StandIn {
  database: TwinDatabase;
  known: Known;
  settings: Record<string, string>;
  /** Its clock is the database's of this one. */
  follow: (clock: HandClock) => void;
  /** The requests since the last look, without those that begin a connection. */
  requests: () => string[];
}

export async function openServer(): Promise<Server> {
  const known: Known = { lock: 0n, versions: 0 };
  let clock = handClock(new Date('2026-03-01T12:00:00.000Z'));
  const database = new TwinDatabase(() => clock.database());
  const standIn = await startStandIn(() => new ServerSession(database, known));
  return {
    ...standIn,
    ...{ database, known },
    settings: {
      AZURE_SQL_SERVER: `127.0.0.1,${standIn.port}`,
      AZURE_SQL_USERNAME: 'sa',
      AZURE_SQL_PASSWORD: 'any',
      AZURE_SQL_TRUST_CERTIFICATE: 'true',
    },
    follow: (followed) => void (clock = followed),
    requests: () =>
      standIn.asked
        .splice(0)
        .filter(({ kind, text }) => kind !== 'connect' && kind !== 'settings' && !text.includes('"migrations"'))
        .map(({ text }) => text),
    close: async () => {
      await standIn.close();
      database.raw.close();
    },
  };
}

/** Gives it the schema. */
export const migrated = async (server: Server, dryRun = false): Promise<string[]> => {
  const clock = { ...handClock(new Date(0)), sleep: async () => {} };
  const done = await migrateAzureSql({ config: readConfig(server.settings), clock, dryRun });
  return done.map(({ name }) => name);
};

class ServerSession extends TwinSession implements Session {
  readonly #database: TwinDatabase;
  readonly #known: Known;

  constructor(database: TwinDatabase, known: Known) {
    super(database);
    this.#database = database;
    this.#known = known;
  }

  override async execute(text: string, parameters: ReadonlyMap<string, Value>, signal: AbortSignal): Promise<Result[]> {
    if (text === takeLock) return [{ columns: [{ name: 'outcome', type: 'bigint' }], rows: [[this.#known.lock]] }];
    if (text === readVersions) this.#known.versions += 1;
    if (text === readVersions || (text === findApplied && !this.#hasMigrations())) return [];
    return super.execute(text === findApplied ? 'select name from migrations' : text, parameters, signal);
  }

  #hasMigrations(): boolean {
    return this.#database.raw.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get() !== undefined;
  }
}
