/** Which faults of a database go away by themselves, so that the whole transaction may run again. */

/** The commit was sent and its answer lost: it may have happened. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/** SQLITE_BUSY and SQLITE_LOCKED. A unique key is never lost to another writer here: there is only one. */
const transientSqlite = new Set([5, 6]);

export function isTransient(error: unknown): boolean {
  if (error instanceof UnknownOutcome) return true;
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' && transientSqlite.has(code & 0xff);
}
