/** The record in an embedded file; also while a server writes to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordSource } from '../shared/insights/check-record.ts';
import { recordInDatabase } from '../shared/insights/record-source.ts';
import { systemRandom } from '../shared/platform/clock.ts';
import { readConfig } from '../shared/platform/config.ts';
import { readSqlite } from '../shared/platform/database/sqlite.ts';
import { dataKey } from '../shared/platform/secrets/data-key.ts';
import { sealerWith } from '../shared/platform/secrets/seal.ts';

/** Throws when there is no record in the folder. */
export function recordInFile(folder: string): RecordSource {
  if (!existsSync(join(folder, 'muster.db'))) {
    throw new Error(`there is no muster.db in ${folder}; give the folder with --data`);
  }
  const config = readConfig({ ...process.env, MUSTER_DATA: folder });
  return recordInDatabase(readSqlite(folder, config), sealerWith(dataKey(config, systemRandom), systemRandom));
}
