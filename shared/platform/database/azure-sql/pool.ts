/**
 * The driver's pool of connections, of which a whole one is lent. The driver's own transactions are not used: one whose
 * COMMIT the server answers with a rollback ends the process.
 */
import type { EventEmitter } from 'node:events';
import type { ConnectionPool, config as PoolConfig, IResult, ISqlType } from 'mssql';
import type { Config } from '../../config.ts';
import { credentialOf } from '../../identity.ts';
import type { Parameter } from './parameters.ts';

/** Rows as arrays, with what the server says of their columns. */
export interface RecordSet {
  columns: { name: string; isBigInt: boolean }[];
  rows: unknown[][];
}

/** One connection for as long as it is lent. Requests come one after the other. */
export interface Session {
  /** One request with parameters, named @1, @2, …; a result for each statement that gives rows. */
  ask(text: string, parameters: readonly Parameter[]): Promise<RecordSet[]>;
  /** One request without parameters. What it begins goes on after it. */
  say(text: string): Promise<RecordSet[]>;
  /** Gives the connection back; what is open on it is ended by the server where it is `broken`. */
  release(broken?: boolean): void;
}

export interface Pool {
  lend(): Promise<Session>;
  close(): Promise<void>;
}

/** What the driver's types leave out. */
interface Lending {
  config: object;
  collation: unknown;
  acquire(by: object): Promise<Held>;
  release(held: Held): void;
}

interface Held {
  close(): void;
}

type Give = (error: null, held: Held, config: object) => void;

type Driver = typeof import('mssql');

/** How long each thing may take, in milliseconds. */
export interface Patience {
  connect: number;
  request: number;
}

const usual: Patience = { connect: 15_000, request: 30_000 };

/** Nothing is connected before the first use. */
export async function openPool(config: Config, patience: Partial<Patience> = {}): Promise<Pool> {
  const { default: driver } = await import('mssql');
  const refusals: number[] = [];
  const beforeConnect = (connection: unknown) => hearRefusal(connection as EventEmitter, refusals); // a connection is one
  const pool = new driver.ConnectionPool({ ...(await optionsOf(config, { ...usual, ...patience })), beforeConnect });
  pool.on('error', () => {}); // who asked is told too
  const lending = pool as unknown as Lending; // its types leave it out
  const prepared = new WeakSet<Held>();
  let connecting: Promise<unknown> | undefined;
  return {
    lend: async () => {
      try {
        if (!pool.connected) await (connecting = pool.connect());
        const held = await lending.acquire({});
        const session = sessionOn(driver, lending, held);
        if (!prepared.has(held)) await prepare(session);
        prepared.add(held);
        return session;
      } catch (error) {
        const number = refusals.splice(0).at(-1);
        throw (error as { code?: string }).code === 'ELOGIN' ? Object.assign(error as Error, { number }) : error;
      }
    },
    close: async () => {
      await connecting?.catch(() => {}); // it cannot be closed before; who asked is told
      await pool.close();
    },
  };
}

/** A cancel does not end every wait for a lock. */
async function prepare(session: Session): Promise<void> {
  try {
    await session.say('set lock_timeout 10000;');
  } catch (error) {
    session.release(true);
    throw error;
  }
}

/** The driver keeps the number of a login's refusal to itself. */
function hearRefusal(connection: EventEmitter, refusals: number[]): void {
  const hear = ({ number }: { number: number }) => void refusals.push(number);
  connection.on('errorMessage', hear);
  connection.once('connect', () => connection.off('errorMessage', hear));
}

async function optionsOf(config: Config, patience: Patience): Promise<PoolConfig> {
  const [server = '', port = '1433'] = (config.AZURE_SQL_SERVER ?? '').split(',');
  return {
    server,
    port: Number(port),
    database: config.AZURE_SQL_DATABASE,
    ...(await signIn(config)),
    connectionTimeout: patience.connect,
    requestTimeout: patience.request,
    validateConnection: 'socket',
    pool: { min: 1, max: 10, acquireTimeoutMillis: patience.connect },
    options: {
      encrypt: true,
      trustServerCertificate: config.AZURE_SQL_TRUST_CERTIFICATE,
      abortTransactionOnError: true,
      packetSize: 16_383, // the default stalled longer requests; more is refused with encryption
      appName: 'muster',
    },
  };
}

/** The credential gives each new connection a token that is still valid. */
async function signIn(config: Config): Promise<Partial<PoolConfig>> {
  const { AZURE_SQL_USERNAME: user, AZURE_SQL_PASSWORD: password } = config;
  if (user !== undefined && password !== undefined) return { user, password };
  return { authentication: { type: 'token-credential', options: { credential: await credentialOf(config) } } };
}

function sessionOn(driver: Driver, lending: Lending, held: Held): Session {
  const parent = {
    connected: true,
    config: lending.config,
    collation: lending.collation,
    acquire: (_: object, give: Give) => setImmediate(give, null, held, lending.config),
    release: () => {},
  };
  const request = () => {
    const made = new driver.Request(parent as unknown as ConnectionPool); // all that a request needs of one
    made.arrayRowMode = true;
    return made;
  };
  return {
    ask: async (text, parameters) => {
      const asked = request();
      for (const [at, parameter] of parameters.entries()) {
        asked.input(String(at + 1), typeOf(driver, parameter), parameter.value);
      }
      return recordSets(driver, await asked.query(text));
    },
    say: async (text) => recordSets(driver, await request().batch(text)),
    release: (broken = false) => {
      if (broken) held.close();
      lending.release(held);
    },
  };
}

const recordSets = (driver: Driver, { recordsets }: IResult<unknown>): RecordSet[] =>
  // Rows and columns are arrays in the mode that was asked for.
  (recordsets as unknown as (unknown[][] & { columns: DriverColumn[] })[]).map((rows) => ({
    rows,
    columns: rows.columns.map(({ name, type }) => ({ name, isBigInt: type === driver.BigInt })),
  }));

interface DriverColumn {
  name: string;
  type: unknown;
}

function typeOf(driver: Driver, { type, isLong }: Parameter): ISqlType {
  switch (type) {
    case 'NVarChar':
      return driver.NVarChar(isLong === true ? driver.MAX : 4000);
    case 'DateTime2':
      return driver.DateTime2(3);
    case 'VarBinary':
      return driver.VarBinary(8);
    case 'Int':
    case 'BigInt':
    case 'Float':
    case 'Bit':
      return driver[type]();
  }
}
