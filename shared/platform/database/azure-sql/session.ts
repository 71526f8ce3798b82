/** One connection of the driver's pool: requests, and what they answer with. */
import type { ConnectionPool, IResult, ISqlType } from 'mssql';
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

/** What the driver's types leave out. */
export interface Lending {
  config: object;
  collation: unknown;
  acquire(by: object): Promise<Held>;
  release(held: Held): void;
}

export interface Held {
  close(): void;
}

type Give = (error: null, held: Held, config: object) => void;

export type Driver = typeof import('mssql');

interface Lent {
  held: Held;
  /** Milliseconds that a request may take: longer than the driver's own limit, and a cancel after it. */
  longest: number;
}

export function sessionOn(driver: Driver, lending: Lending, { held, longest }: Lent): Session {
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
      return recordSets(driver, await within(longest, asked.query(text)));
    },
    say: async (text) => recordSets(driver, await within(longest, request().batch(text))),
    release: (broken = false) => {
      if (broken) held.close();
      lending.release(held);
    },
  };
}

/** The driver's own limit ends with the first bytes of an answer; the rest of them may never come. */
async function within<T>(milliseconds: number, asked: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const error = Object.assign(new Error('an answer stopped in its middle'), { code: 'ETIMEOUT' });
  const timer = setTimeout(() => reject(error), milliseconds);
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
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
