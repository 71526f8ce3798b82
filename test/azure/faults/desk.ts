/** The HTTP API over Azure SQL's engine and the real driver, at a stand-in whose statements have their effects. */
import { routes } from '../../../functions/routes.ts';
import { stages } from '../../../functions/stages.ts';
import type { Seams } from '../../../shared/platform/open.ts';
import { openDesk, type Desk } from '../../http/desk.ts';
import { openTwin, type Twin } from '../twin/start.ts';
import { hurriedClock, type HurriedClock } from './hurried-clock.ts';

export interface SqlDesk extends Desk {
  twin: Twin;
  clock: HurriedClock;
}

export interface SqlDeskOptions {
  /** Milliseconds that the driver waits. */
  patience: { connect: number; request: number };
  /** Stands between transactions and the server. */
  engine?: Seams['engine'];
}

/** Long enough for a busy machine; short enough to wait for silence. */
export const patient = { connect: 3000, request: 10_000 };
export const impatient = { connect: 400, request: 250 };

export async function openSqlDesk(options: SqlDeskOptions): Promise<SqlDesk> {
  const clock = hurriedClock(new Date('2026-03-01T12:00:00.000Z'));
  const { twin, settings } = await openTwin(clock.database);
  const desk = await openDesk(routes, settings, {
    clock,
    ...options,
    answer: (platform, { bell, id }) => stages[bell].run(platform, id),
  });
  return {
    ...desk,
    twin,
    clock,
    close: async () => {
      await desk.close();
      await twin.close();
    },
  };
}
