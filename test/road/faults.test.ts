/** Faults that a stage meets where the job waits for people, or for nothing. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTown, type Town } from './town.ts';

let town: Town;
let failing: number;
beforeEach(async () => {
  failing = 0;
  town = await openTown(
    {},
    {
      engine: (inner) => ({
        ...inner,
        atomically: (work) => {
          const fails = failing-- > 0; // also when it is run again with its group
          return inner.atomically(async (run, at) => {
            const done = await work(run, at);
            if (fails) throw new Error('planted');
            return done;
          });
        },
      }),
    },
  );
});
afterEach(() => town.close());

const ring = async (id: string) => {
  town.world.ring('execute', id);
  failing = 1;
  await town.settle();
};

test('a doubled bell that meets a fault leaves an ended job as it was: nothing of it is due', async () => {
  const id = await town.submitted();
  await town.cancel(id);
  await town.settle();
  const before = await town.job(id);
  for (let times = 0; times < 12; times++) await ring(id);
  expect(await town.job(id)).toEqual(before);
  expect(await town.sql('select * from action_items')).toEqual([]);
});

test('a job that waits for people is not due either; its question looks after it', async () => {
  const id = await town.submitted();
  await town.vote(id, 'hanna');
  await town.vote(id, 'hugo');
  town.lose();
  await ring(id);
  const job = await town.job(id);
  expect(job).toMatchObject({ state: 'awaiting_approval', attempts: 1, due_at: null, last_fault: 'Error: planted' });
  await town.pass(2);
  await town.sweep();
  expect(await town.state(id)).toBe('executing');
});

test('a job that keeps failing at its start ends as failed, with an action item', async () => {
  const id = await town.submitted();
  await town.vote(id, 'hanna');
  await town.vote(id, 'hugo');
  town.lose();
  for (let times = 0; times < 10; times++) await ring(id);
  expect(await town.job(id)).toMatchObject({ state: 'failed', outcome_reason: 'Error: planted' });
  expect(await town.sql('select code, subject from action_items')).toEqual([
    { code: 'stage_keeps_failing', subject: id },
  ]);
  await town.sweep();
  const open = await town.sql("select id from approvals where state in ('open', 'granted') or due_at is not null");
  expect(open).toEqual([]);
});

test('a running job is never given up for faults: an action item is raised, and its time limit ends it', async () => {
  const id = await town.started();
  for (let times = 0; times < 12; times++) await ring(id);
  expect(await town.job(id)).toMatchObject({ state: 'executing' });
  expect(await town.sql('select code from action_items')).toEqual([{ code: 'stage_keeps_failing' }]);
  await town.work();
  expect(await town.state(id)).toBe('succeeded');
});

test.each([
  ['waits for people', () => town.submitted(), 'awaiting_approval'],
  ['runs', () => town.started(), 'executing'],
])('stray faults of a job that %s do not add up: a clean run in between forgets them', async (_, begun, state) => {
  const id = await begun();
  for (let times = 0; times < 25; times++) {
    await ring(id);
    expect(await town.job(id)).toMatchObject({ state, attempts: 1, last_fault: 'Error: planted' });
    town.world.ring('execute', id);
    await town.settle();
    expect(await town.job(id)).toMatchObject({ state, attempts: 0, last_fault: null });
  }
  expect(await town.sql('select code from action_items')).toEqual([]);
});

test('a stray bell forgets no fault of a stage that it is not for', async () => {
  const id = await town.submit();
  town.lose();
  await town.tamper('update jobs set attempts = 3 where id = ?', id);
  town.world.ring('execute', id);
  await town.settle();
  expect(await town.job(id)).toMatchObject({ state: 'submitted', attempts: 3 });
});
