/**
 * The driver's pool of connections, of which a whole one is lent. The driver's own transactions are not used: one whose
 * COMMIT the server answers with a rollback ends the process.
 */
import type { EventEmitter } from 'node:events';
import type { config as PoolConfig } from 'mssql';
import type { Config } from '../../config.ts';
import { credentialOf } from '../../identity.ts';
import { sessionOn, type Held, type Lending, type Session } from './session.ts';

export interface Pool {
  lend(): Promise<Session>;
  close(): Promise<void>;
}

/** How long each thing may take, in milliseconds. */
export interface Patience {
  connect: number;
  request: number;
}

const usual: Patience = { connect: 15_000, request: 30_000 };

/** Nothing is connected before the first use. */
export async function openPool(config: Config, patience: Partial<Patience> = {}): Promise<Pool> {
  const { default: driver } = await import('mssql');
  const refusals: Refusals = new WeakMap();
  const beforeConnect = (connection: unknown) => hearRefusal(connection as EventEmitter, refusals); // a connection is one
  const limits = { ...usual, ...patience };
  const pool = new driver.ConnectionPool({ ...(await optionsOf(config, limits)), beforeConnect });
  pool.on('error', () => {}); // who asked is told too
  const lending = pool as unknown as Lending; // its types leave it out
  const prepared = new WeakSet<Held>();
  let connecting: Promise<unknown> | undefined;
  let isClosed = false;
  return {
    lend: async () => {
      if (isClosed) throw new Error('the database is closed'); // the driver would open it again
      try {
        if (!pool.connected) await (connecting = pool.connect());
        const held = await lending.acquire({});
        const session = sessionOn(driver, lending, { held, longest: limits.request * 1.5 });
        if (!prepared.has(held)) await prepare(session);
        prepared.add(held);
        return session;
      } catch (error) {
        throw told(error as Refused, refusals);
      }
    },
    close: async () => {
      isClosed = true;
      await connecting?.catch(() => {}); // it cannot be closed before; who asked is told
      await pool.close();
    },
  };
}

/** The numbers of logins' refusals, by the errors that the connections gave. */
type Refusals = WeakMap<Error, number>;

interface Refused extends Error {
  code?: string;
  /** What the connection itself gave. */
  originalError?: Error;
}

/** The pool gives no code where none of its connections was free, or came about, in time. */
function told(error: Refused, refusals: Refusals): Error {
  if (error.code === 'ELOGIN') return Object.assign(error, { number: refusals.get(error.originalError ?? error) });
  return error.message.startsWith('Failed to acquire') ? Object.assign(error, { code: 'ETIMEOUT' }) : error;
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
function hearRefusal(connection: EventEmitter, refusals: Refusals): void {
  let last: number | undefined;
  const hear = ({ number }: { number: number }) => void (last = number);
  connection.on('errorMessage', hear);
  connection.once('connect', (error?: Error) => {
    connection.off('errorMessage', hear);
    if (error !== undefined && last !== undefined) refusals.set(error, last);
  });
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
      connectionRetryInterval: patience.connect / 30,
      cancelTimeout: patience.request / 6,
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
