/** A stand-in for Azure SQL whose statements have their effects. */
import { startStandIn, type StandIn } from '../tds/server.ts';
import { TwinDatabase } from './database.ts';
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
      database.raw.close();
    },
  };
}
