/** Refuses a database that lacks the tables this code needs: it is not for a running app to change them. */
import { schemaVersion } from './columns.ts';
import { parameterOf } from './parameters.ts';
import type { Pool } from './pool.ts';
import type { Session } from './session.ts';

export const findVersion = 'select "name" from "migrations" where "name" = @1';

/** Of a name that the server does not know. */
const unknownObject = 208;

/** The first connection is asked for the version; later ones are lent as they are. */
export function withSchema(pool: Pool): Pool {
  let isKnown = false;
  return {
    close: pool.close,
    lend: async () => {
      const session = await pool.lend();
      if (!isKnown) await check(session);
      isKnown = true;
      return session;
    },
  };
}

async function check(session: Session): Promise<void> {
  try {
    if (await hasVersion(session)) return;
  } catch (error) {
    session.release(true);
    throw error;
  }
  session.release();
  throw new Error(`The database lacks ${schemaVersion}: run \`npm run migrate\` before this version starts.`);
}

async function hasVersion(session: Session): Promise<boolean> {
  try {
    const [set] = await session.ask(findVersion, [parameterOf(schemaVersion, 'text')]);
    return set !== undefined && set.rows.length > 0;
  } catch (error) {
    // A database without any table of Muster says it so.
    if ((error as { number?: unknown }).number === unknownObject) return false;
    throw error;
  }
}
