/** Is the truth there, and does its schema fit this version? */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../shared/platform/config.ts';
import { schemaVersion } from '../../shared/platform/database/schema-version.ts';
import { Ailment, type Check } from './check.ts';

export const database: Check = {
  name: 'database',
  mend: ({ AZURE_SQL_SERVER: server, MUSTER_DATA: folder }) =>
    server === undefined
      ? `Look at the file muster.db in ${folder}; put a backup in its place if it is broken.`
      : `See that ${server} runs and lets this machine in (firewall), and that this identity is a user of the database; one that was paused needs a minute.`,
  limit_seconds: 60,
  run: async ({ config, reads }) => {
    const truth = reads();
    if (truth === undefined) return noFile(config);
    const dialect = config.AZURE_SQL_SERVER === undefined ? 'sqlite' : 'azure-sql';
    const { newest, missing, unknown } = await schemaVersion(truth, dialect).catch(lacking);
    if (unknown.length > 0)
      throw new Ailment(
        `the schema is of a newer version: it has ${unknown.join(', ')}`,
        'Use that version of Muster.',
      );
    if (missing.length === 0) return `it answers; schema ${newest}`;
    if (dialect === 'sqlite') return `it answers; the next start adds ${missing.join(', ')}`;
    throw new Ailment(`the schema lacks ${missing.join(', ')}`, migrate);
  },
};

/** A database that lacks its schema is refused before anything can be asked of it. */
function lacking(error: unknown): never {
  if (error instanceof Error && error.message.includes('npm run migrate')) throw new Ailment(error.message, migrate);
  throw error;
}

const migrate = 'Run npm run migrate.';

/** The first start makes it, where it may. */
function noFile({ MUSTER_DATA: folder }: Config): string {
  if (folder === ':memory:') return 'in memory: nothing is kept';
  let nearest = resolve(folder);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (!mayMakeIn(nearest)) {
    throw new Ailment(
      `there is no database yet, and nothing can be made in ${nearest}`,
      'Let this user write there, or set MUSTER_DATA to another folder.',
    );
  }
  return `there is none yet; the first start makes ${join(folder, 'muster.db')}`;
}

function mayMakeIn(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false; // the answer
  }
}
