/** Which migrations a database has had, held against those that this version knows. */
import { readdirSync } from 'node:fs';
import type { Reads } from '../platform.ts';
import { store } from './statement.ts';

export interface SchemaVersion {
  /** The newest migration applied; undefined: none. */
  newest: string | undefined;
  /** Known here and not applied. */
  missing: string[];
  /** Applied and not known here: the database was made by a newer version. */
  unknown: string[];
}

const applied = store<{ migrations: { name: string } }>().all((q, _: Record<never, never>) =>
  q.selectFrom('migrations').select('name').orderBy('name'),
);

/** `dialect` names the folder of the migrations. Throws where there is no schema at all. */
export async function schemaVersion(reads: Reads, dialect: 'sqlite' | 'azure-sql'): Promise<SchemaVersion> {
  const known = readdirSync(new URL(`./${dialect}/`, import.meta.url)).filter((name) => name.endsWith('.sql'));
  const names = (await applied(reads, {})).map(({ name }) => name);
  return {
    newest: names.at(-1),
    missing: known.filter((name) => !names.includes(name)).toSorted(),
    unknown: names.filter((name) => !known.includes(name)),
  };
}
