/** `npm run migrate [-- --dry-run]`: brings the embedded file's schema up to date, or says what it lacks. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../shared/platform/clock.ts';
import { readConfig } from '../shared/platform/config.ts';
import { lockFolder } from '../shared/platform/database/folder-lock.ts';
import { migrate } from '../shared/platform/database/migrate.ts';
import { ownFile } from '../shared/platform/database/own-file.ts';
import { SqliteConnection } from '../shared/platform/database/sqlite-connection.ts';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const dryRun = values['dry-run'];

try {
  const folder = readConfig(process.env).MUSTER_DATA;
  if (dryRun && !existsSync(join(folder, 'muster.db'))) throw new Error(`there is no muster.db in ${folder} yet`);
  const lock = lockFolder(folder);
  const connection = new SqliteConnection(ownFile(folder, 'muster.db'), { time: () => systemClock.now().getTime() });
  const names = migrate(connection.raw, { dryRun });
  connection.raw.close();
  lock.release();
  const verb = dryRun ? 'would apply' : 'applied';
  console.log(names.length === 0 ? 'The schema is up to date.' : names.map((name) => `${verb} ${name}`).join('\n'));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
