/** The record in an embedded file; also while a server writes to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordSource } from '../shared/insights/check-record.ts';
import { recordInDatabase } from '../shared/insights/record-source.ts';
import { systemRandom } from '../shared/platform/clock.ts';
import { readConfig, type Config } from '../shared/platform/config.ts';
import { readSqlite } from '../shared/platform/database/sqlite.ts';
import { dataKey } from '../shared/platform/secrets/data-key.ts';
import { sealerWith, verifySignature } from '../shared/platform/secrets/seal.ts';

/**
 * Seals are held against the folder's own key, or against a public key from elsewhere. Throws when there is no
 * record in the folder, or no key to hold its seals against.
 */
export function recordInFile(folder: string, trusted?: string): RecordSource {
  if (!existsSync(join(folder, 'muster.db'))) {
    throw new Error(`there is no muster.db in ${folder}; give the folder with --data`);
  }
  const config = readConfig({ ...process.env, MUSTER_DATA: folder });
  if (trusted === undefined) requireKey(config);
  const reads = readSqlite(folder, config);
  if (trusted === undefined) return recordInDatabase(reads, sealerWith(dataKey(config, systemRandom), systemRandom));
  const source = recordInDatabase(reads, sealerWith(new Uint8Array(32), systemRandom)); // its own checks are replaced
  return { ...source, signed: async (text, seal) => verifySignature(trusted, text, seal.signature) };
}

/** A key made now would only say that every seal is false. */
function requireKey({ MUSTER_DATA, MUSTER_DATA_KEY }: Config): void {
  if (MUSTER_DATA_KEY !== undefined || existsSync(join(MUSTER_DATA, 'key'))) return;
  throw new Error(`there is no key in ${MUSTER_DATA}; set MUSTER_DATA_KEY, or give the public key with --public-key`);
}
