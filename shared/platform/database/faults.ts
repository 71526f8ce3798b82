/** Which faults of a database go away by themselves, so that the whole transaction may run again. */

/**
 * The commit was sent, its answer was lost, and whether it happened could not be found out. Neither success nor
 * failure: to run again might have the effect twice.
 */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/** SQLITE_BUSY and SQLITE_LOCKED. A unique key is never lost to another writer here: there is only one. */
const transientSqlite = new Set([5, 6]);

const duplicateKey: ReadonlySet<number> = new Set([2601, 2627]);

/** A serverless database that was paused takes up to a minute to wake; a full one says so for as long. */
const slowToPass: ReadonlySet<number> = new Set([40197, 40501, 40613, 49918, 49919, 49920, 10928, 10929]);

/** Azure SQL: the database moves, wakes or is full; deadlocks and waits for locks that took too long. */
const transientSql: ReadonlySet<number> = new Set([...slowToPass, 615, 926, 1205, 1222, 4060, 4221]);

/** The driver's codes of a connection that broke, was refused or did not answer in time. */
const brokenConnection: ReadonlySet<string> = new Set([
  'ECONNCLOSED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EINVALIDSTATE',
  'ENOTOPEN',
  'EPIPE',
  'ESOCKET',
  'ETIMEOUT',
]);

interface Fault {
  code?: unknown;
  /** Of SQL Server. */
  number?: unknown;
  /** Of SQLite. */
  errcode?: unknown;
  precedingErrors?: Fault[];
  cause?: Fault;
}

export function isTransient(error: unknown): boolean {
  const { errcode } = (error ?? {}) as Fault;
  if (typeof errcode === 'number') return transientSqlite.has(errcode & 0xff);
  return sqlNumbers(error).some((number) => transientSql.has(number)) || isBroken(error);
}

/** Two inserted the same key at once. Run again, the second finds the row of the first. */
export const isDuplicate = (error: unknown): boolean => sqlNumbers(error).some((number) => duplicateKey.has(number));

/** It cannot be reached, or says that it cannot work at the moment. */
export const isAway = (error: unknown): boolean =>
  isBroken(error) || sqlNumbers(error).some((number) => slowToPass.has(number));

/** Seconds after which another try is likely to succeed. */
export const secondsToPass = (error: unknown): number => (isAway(error) ? 10 : 2);

/** A server may say several things; each counts. */
function sqlNumbers(error: unknown): number[] {
  const { number, precedingErrors = [] } = (error ?? {}) as Fault;
  return [number, ...precedingErrors.map((preceding) => preceding.number)].filter((each) => typeof each === 'number');
}

function isBroken(error: unknown): boolean {
  const { code } = (error ?? {}) as Fault;
  return typeof code === 'string' && brokenConnection.has(code);
}
