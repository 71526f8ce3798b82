/** Which database statements ran on, by the semantic conventions. */
import type { Config } from '../config.ts';
import type { Attributes } from './telemetry.ts';

export function databaseOf(config: Pick<Config, 'AZURE_SQL_SERVER' | 'AZURE_SQL_DATABASE'>): Attributes {
  const { AZURE_SQL_SERVER: server, AZURE_SQL_DATABASE: database } = config;
  if (server === undefined) return { 'db.system.name': 'sqlite', 'db.namespace': 'muster' };
  return { 'db.system.name': 'microsoft.sql_server', 'db.namespace': database, 'server.address': hostOf(server) };
}

/** `host,port` as servers of this kind are written. */
const hostOf = (server: string): string => server.split(',')[0] ?? server;
