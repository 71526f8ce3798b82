/** The embedded database: one file, one connection, whose writes share commits and whose reads come between them. */
import { join } from 'node:path';
import type { CompiledQuery } from 'kysely';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database, Reads } from '../platform.ts';
import { GroupCommit } from './group-commit.ts';
import { migrate } from './migrate.ts';
import { ownFile } from './own-file.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteBuilder } from './sqlite-dialect.ts';
import { openTransactions, type Engine, type Surroundings } from './transactions.ts';

export interface SqliteOptions {
  /** The folder of the file, or `:memory:`. */
  folder: string;
  /** The database's clock, in milliseconds since 1970. */
  time: () => number;
  /** Stands between transactions and the file, in tests of what may go wrong there. */
  through?: ((engine: Engine) => Engine) | undefined;
  /** Open and up to date already, in tests in which Muster dies and the database stays; who opened it closes it. */
  standing?: SqliteConnection | undefined;
}

/** Opens the file, brings its schema up to date, and gives the seam that everything else uses. */
export function openSqlite(options: SqliteOptions, around: Surroundings): Database {
  const engine = openEngine(options);
  return openTransactions(options.through?.(engine) ?? engine, around);
}

function openEngine({ folder, time, standing }: SqliteOptions): Engine {
  const connection = standing ?? connect(folder, time);
  const commits = new GroupCommit(connection);
  return {
    builder: sqliteBuilder(),
    isNear: true,
    read: (query) =>
      onlyReads.test(query.sql)
        ? commits.read(query)
        : Promise.reject(new Error('outside a transaction one may only read')),
    atomically: (work, ran) => commits.transaction((run) => work(run, new Date(time())), ran),
    together: (queries, ran) => commits.transaction((run) => inTurn(run, queries), ran),
    close: async () => {
      await commits.close();
      if (standing === undefined) connection.raw.close();
    },
  };
}

function connect(folder: string, time: () => number): SqliteConnection {
  const file = folder === ':memory:' ? folder : ownFile(folder, 'muster.db');
  const connection = new SqliteConnection(file, { time });
  migrate(connection.raw);
  return connection;
}

async function inTurn(run: Reads['run'], queries: readonly CompiledQuery[]): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for (const query of queries) rows.push(await run(query));
  return rows;
}

/** What may stand outside a transaction; checked by the text, because the connection may write. */
const onlyReads = /^\s*(select|with)\b/i;

/** Reads a file that a server may be writing to, for checks from outside. */
export function readSqlite(folder: string, config: Config): Reads {
  const connection = new SqliteConnection(join(folder, 'muster.db'), {
    readOnly: true,
    time: () => systemClock.now().getTime(),
  });
  return { builder: sqliteBuilder(), config, run: async (query) => connection.run(query) };
}
