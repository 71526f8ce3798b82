/** The schema for Azure SQL, on the twin. */
import { readdirSync, readFileSync } from 'node:fs';
import type { TwinDatabase } from './database.ts';
import { is, scan, statementsOf } from './scan.ts';

const folder = new URL('../../../shared/platform/database/azure-sql/', import.meta.url);

/** Each file in turn, batch by batch, as sqlcmd would; no more than the first of them where there is an earlier version to be. */
export function applySchema(database: TwinDatabase, first = Infinity): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  for (const name of files.toSorted().slice(0, first)) {
    for (const batch of readFileSync(new URL(name, folder), 'utf8').split(/^GO$/m)) {
      for (const statement of statementsOf(scan(batch))) {
        if (!is(statement[0], 'set')) database.run(statement, new Map());
      }
    }
  }
}
