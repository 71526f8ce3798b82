/** A twin of Azure SQL that has the schema, and the settings by which Muster reaches it. */
import { readFileSync } from 'node:fs';
import mssql from 'mssql';
import { schemaFiles } from '../../../docs/generate/tsql-schema.ts';
import { startTwin, type Twin } from './start.ts';

export interface MigratedTwin extends Twin {
  settings: Record<string, string>;
}

export async function startMigratedTwin(): Promise<MigratedTwin> {
  const twin = await startTwin(() => Date.now());
  const options = { encrypt: false, abortTransactionOnError: true };
  const at = { server: '127.0.0.1', port: twin.port, user: 'sa', password: 'any', options };
  const pool = await new mssql.ConnectionPool(at).connect();
  const folder = new URL('../../../shared/platform/database/azure-sql/', import.meta.url);
  for (const name of schemaFiles()) {
    for (const batch of readFileSync(new URL(name, folder), 'utf8').split(/^GO$/m)) await pool.request().batch(batch);
  }
  await pool.close();
  const settings = {
    AZURE_SQL_SERVER: `127.0.0.1,${twin.port}`,
    AZURE_SQL_USERNAME: 'sa',
    AZURE_SQL_PASSWORD: 'any',
    AZURE_SQL_TRUST_CERTIFICATE: 'true',
  };
  return { ...twin, settings };
}
