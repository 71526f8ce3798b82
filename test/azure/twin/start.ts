/** A stand-in for Azure SQL whose statements have their effects. */
import { startStandIn, type StandIn } from '../tds/server.ts';
import { TwinDatabase } from './database.ts';
import { applySchema } from './schema.ts';
import { TwinSession } from './session.ts';

export interface Twin extends StandIn {
  database: TwinDatabase;
}

/** `time` is the server's clock, in milliseconds since 1970. */
export async function startTwin(time: () => number): Promise<Twin> {
  const database = new TwinDatabase(time);
  const standIn = await startStandIn(() => new TwinSession(database));
  return {
    ...standIn,
    database,
    close: async () => {
      await standIn.close();
      if (database.raw.isOpen) database.raw.close();
    },
  };
}

/** With the schema, and the settings that lead to it. */
export async function openTwin(time: () => number): Promise<{ twin: Twin; settings: Record<string, string> }> {
  const twin = await startTwin(time);
  applySchema(twin.database);
  const settings = {
    AZURE_SQL_SERVER: `127.0.0.1,${twin.port}`,
    AZURE_SQL_USERNAME: 'sa',
    AZURE_SQL_PASSWORD: 'any',
    AZURE_SQL_TRUST_CERTIFICATE: 'true',
  };
  return { twin, settings };
}
