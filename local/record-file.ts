/** The record in an embedded file; also while a server writes to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordSource } from '../shared/insights/check-record.ts';
import { recordInDatabase } from '../shared/insights/record-source.ts';
import { readConfig, type Config } from '../shared/platform/config.ts';
import { readSqlite } from '../shared/platform/database/sqlite.ts';
import { openSigner } from '../shared/platform/open.ts';
import { isSignedByAny } from './trusted-keys.ts';

/**
 * Seals are held against the folder's own key or the key vault's, or against public keys from elsewhere. Throws when
 * there is no record in the folder, or no key to hold its seals against.
 */
export async function recordInFile(folder: string, trusted: readonly string[] = []): Promise<RecordSource> {
  if (!existsSync(join(folder, 'muster.db'))) {
    throw new Error(`there is no muster.db in ${folder}; give the folder with --data`);
  }
  const config = readConfig({ ...process.env, MUSTER_DATA: folder });
  const reads = readSqlite(folder, config);
  if (trusted.length > 0) return recordInDatabase(reads, { verify: isSignedByAny(trusted) });
  requireKey(config);
  return recordInDatabase(reads, await openSigner(config));
}

/** A key made now would only say that every seal is false. */
function requireKey({ MUSTER_DATA, MUSTER_DATA_KEY, AZURE_KEY_VAULT_URL }: Config): void {
  if ((MUSTER_DATA_KEY ?? AZURE_KEY_VAULT_URL) !== undefined || existsSync(join(MUSTER_DATA, 'key'))) return;
  throw new Error(
    `there is no key in ${MUSTER_DATA}; set MUSTER_DATA_KEY or AZURE_KEY_VAULT_URL, or give the public key with --public-key`,
  );
}
