/** A submission whose commit was made and whose answer was lost. */
import { afterEach, expect, test } from 'vitest';
import { UnknownOutcome } from '../../shared/platform/database/faults.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
afterEach(() => town.close());

test('is found by its id, and no second job is made though no Idempotency-Key was given', async () => {
  let losing = false;
  town = await openTown(
    {},
    {
      engine: (inner) => ({
        ...inner,
        atomically: async (work) => {
          const done = await inner.atomically(work);
          if (!losing) return done;
          losing = false;
          throw new UnknownOutcome('the answer was lost');
        },
      }),
    },
  );
  losing = true;
  const id = await town.submitted();
  expect(losing).toBe(false);
  expect((await town.sql('select id from jobs')).map((row) => (row as { id: string }).id)).toEqual([id]);
});
