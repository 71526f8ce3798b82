/** The real driver at a stand-in whose statements are functions. */
import mssql from 'mssql';
import { SqlError, type Result, type Session } from './executor.ts';
import { startStandIn, type StandIn } from './server.ts';
import type { ColumnType, Value } from './values.ts';

type Told = (error: Error | null | undefined) => void;

/** The driver's connection below the pool. */
interface Held {
  beginTransaction(told: Told): void;
  commitTransaction(told: Told): void;
  rollbackTransaction(told: Told): void;
}

export type Ending = 'commitTransaction' | 'rollbackTransaction';

export interface Desk {
  standIn: StandIn;
  pool: mssql.ConnectionPool;
  /** What was written and committed. */
  written: string[];
  /** Begins, writes and ends a transaction. */
  transaction: (text: string, ending?: Ending) => Promise<void>;
  close: () => Promise<void>;
}

const typeOf = (value: Value): ColumnType => {
  if (value instanceof Date) return 'datetime2';
  if (value instanceof Uint8Array) return 'varbinary';
  if (typeof value === 'boolean') return 'bit';
  if (typeof value === 'bigint') return 'bigint';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return 'nvarchar';
};

const echo = (parameters: ReadonlyMap<string, Value>): Result => ({
  columns: [...parameters].map(([name, value]) => ({ name, type: typeOf(value) })),
  rows: [[...parameters.values()]],
});

const count = (length: number): Result => ({
  columns: [{ name: 'number', type: 'int' }],
  rows: Array.from({ length }, (_, at) => [at]),
});

function sessionOver(written: string[]): Session {
  let open: string[] | undefined;
  return {
    get isOpen() {
      return open !== undefined;
    },
    execute: async (text, parameters) => {
      const [verb = '', said = ''] = text.split(' ');
      if (verb === 'echo') return [echo(parameters)];
      if (verb === 'count') return said.split('+').map((length) => count(Number(length)));
      if (verb === 'fail') throw new SqlError(Number(said), 'as asked');
      if (verb !== 'write') throw new SqlError(2812, `there is no ${text}`);
      (open ?? written).push(said);
      return [{ columns: [], rows: [], count: 1 }];
    },
    begin: async () => void (open = []),
    commit: async () => {
      written.push(...(open ?? []));
      open = undefined;
    },
    rollback: async () => void (open = undefined),
  };
}

/**
 * Below the pool's own transactions: one whose commit is answered with its rollback by the server ends the process
 * there (it reads a property of null).
 */
async function transaction(pool: mssql.ConnectionPool, text: string, ending: Ending): Promise<void> {
  const below = pool as unknown as Below; // what the pool's types leave out
  const held = await below.acquire({});
  const lent = {
    connected: true,
    config: below.config,
    acquire: (_: object, give: Give) => give(null, held, below.config),
    release: () => {},
  };
  const ask = (run: (told: Told) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      run((error) => (error ? reject(error) : resolve()));
    });
  try {
    await ask((told) => held.beginTransaction(told));
    await new mssql.Request(lent as unknown as mssql.ConnectionPool).query(text); // all that a request needs of one
    await ask((told) => held[ending](told));
  } finally {
    below.release(held);
  }
}

interface Below {
  config: object;
  acquire(by: object): Promise<Held>;
  release(held: Held): void;
}

type Give = (error: null, held: Held, config: object) => void;

export interface DeskOptions {
  encrypt?: boolean;
  password?: string;
  token?: string;
  /** At most so many connections. */
  max?: number;
  /** Milliseconds. */
  requestTimeout?: number;
  packetSize?: number;
}

export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const { encrypt = false, password = 'right', token, max = 1, requestTimeout = 2000, packetSize = 4096 } = options;
  const written: string[] = [];
  const standIn = await startStandIn(
    () => sessionOver(written),
    (login) => (login.password === 'right' || login.token === 'valid' ? undefined : `Login failed for ${login.user}`),
  );
  const signIn = { type: 'azure-active-directory-access-token', options: { token } };
  const pool = new mssql.ConnectionPool({
    server: '127.0.0.1',
    port: standIn.port,
    database: 'muster',
    ...(token === undefined ? { user: 'sa', password } : { authentication: signIn }),
    connectionTimeout: 400,
    requestTimeout,
    validateConnection: 'socket',
    pool: { max, min: 0 },
    options: {
      ...{ encrypt, trustServerCertificate: true, abortTransactionOnError: true, packetSize },
      ...{ cancelTimeout: 100, connectionRetryInterval: 10 },
    },
  } as unknown as mssql.config); // what the driver knows and its types do not
  pool.on('error', () => {}); // also told to whoever asked
  return {
    ...{ standIn, pool, written },
    transaction: (text, ending = 'commitTransaction') => transaction(pool, `write ${text}`, ending),
    close: async () => {
      await pool.close();
      await standIn.close();
    },
  };
}
