/** Submissions whose answer was lost, and what is compared when one comes again. */
import { afterEach, expect, test } from 'vitest';
import { UnknownOutcome } from '../../shared/platform/database/faults.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
afterEach(() => town.close());

test('a submission of which nobody can tell whether it happened is found again by its key', async () => {
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
  await expect(town.submitted({}, { key: 'one' })).rejects.toBeInstanceOf(UnknownOutcome);
  const id = await town.submitted({}, { key: 'one' });
  expect((await town.sql('select id from jobs')).map((row) => (row as { id: string }).id)).toEqual([id]);
});

test('a sensitive value is not in what an Idempotency-Key is compared by, and still makes another request', async () => {
  town = await openTown();
  const sensitive = ['input.token'];
  const submit = (token: string) => town.submitted({ input: { token }, sensitive }, { key: 'one' });
  const id = await submit('hunter2');
  expect(await submit('hunter2')).toBe(id);
  await expect(submit('hunter3')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
});

test('a job whose check kills the process each time comes to an end', async () => {
  town = await openTown();
  const id = await town.submitted();
  await town.tamper(
    "update jobs set state = 'estimated', attempts = 11, fence = 40, last_fault = 'killed' where id = ?",
    id,
  );
  town.world.ring('validate', id);
  await town.settle();
  expect(await town.job(id)).toMatchObject({ state: 'failed', outcome_reason: 'Error: killed' });
});
