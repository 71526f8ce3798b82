/**
 * `npm run migrate [-- --dry-run] [-- --app-user NAME --client-id ID]`: brings the database's schema up to date, or says
 * what it lacks. On Azure SQL it also makes the user of the app's managed identity.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../shared/platform/clock.ts';
import { readConfig, type Config } from '../shared/platform/config.ts';
import { lockFolder } from '../shared/platform/database/folder-lock.ts';
import { migrate, migrations, type Migration } from '../shared/platform/database/migrate.ts';
import type { AppUser } from '../shared/platform/database/azure-sql/app-user.ts';
import { ownFile } from '../shared/platform/database/own-file.ts';
import { SqliteConnection } from '../shared/platform/database/sqlite-connection.ts';

const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    'app-user': { type: 'string' },
    'client-id': { type: 'string' },
  },
});
const dryRun = values['dry-run'];

try {
  const config = readConfig(process.env);
  const done = config.AZURE_SQL_SERVER === undefined ? migrateFile(config) : await migrateServer(config);
  console.log(done.length === 0 ? 'The schema is up to date.' : done.map(said).join('\n'));
  if (values['app-user'] !== undefined && !dryRun) console.log(`${values['app-user']} may read and write rows`);
} catch (error) {
  console.error(error instanceof Error ? [error.message, causeOf(error)].join('') : error);
  process.exitCode = 1;
}

/** What would be done is printed whole: whoever owns the database may want to read it first. */
function said({ name, sql }: Migration): string {
  return dryRun ? `-- would apply ${name}\n${sql}` : `applied ${name}`;
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error ? `: ${cause.message}` : '';
}

function migrateFile({ MUSTER_DATA: folder }: Config): Migration[] {
  if (values['app-user'] !== undefined) throw new Error('--app-user is for Azure SQL: set AZURE_SQL_SERVER');
  if (dryRun && !existsSync(join(folder, 'muster.db'))) throw new Error(`there is no muster.db in ${folder} yet`);
  const lock = lockFolder(folder);
  const connection = new SqliteConnection(ownFile(folder, 'muster.db'), { time: () => systemClock.now().getTime() });
  const names = migrate(connection.raw, { dryRun });
  connection.raw.close();
  lock.release();
  return migrations().filter(({ name }) => names.includes(name));
}

async function migrateServer(config: Config): Promise<Migration[]> {
  const { migrateAzureSql } = await import('../shared/platform/database/azure-sql/migrate.ts');
  return migrateAzureSql({ config, clock: systemClock, dryRun, user: await appUser() });
}

async function appUser(): Promise<AppUser | undefined> {
  const { 'app-user': name, 'client-id': client_id } = values;
  if (name === undefined && client_id === undefined) return undefined;
  const { AppUser } = await import('../shared/platform/database/azure-sql/app-user.ts');
  const { data } = AppUser.safeParse({ name, client_id });
  if (data === undefined)
    throw new Error("--app-user takes the managed identity's name, --client-id its client id, a GUID");
  return data;
}
