/** The town of the road's tests over Azure SQL's engine and the real driver. */
import { openTown, type Town } from '../../road/town.ts';
import { openTwin, type Twin } from '../twin/start.ts';
import type { SqlDeskOptions } from './desk.ts';
import { hurriedClock } from './hurried-clock.ts';

export interface SqlTown {
  town: Town;
  twin: Twin;
  close: () => Promise<void>;
}

export async function openSqlTown({ patience }: Pick<SqlDeskOptions, 'patience'>): Promise<SqlTown> {
  const clock = hurriedClock(new Date('2026-03-01T12:00:00.000Z'));
  const { twin, settings } = await openTwin(clock.database);
  const town = await openTown(settings, { clock, patience });
  return {
    town,
    twin,
    close: async () => {
      await town.close();
      await twin.close();
    },
  };
}
