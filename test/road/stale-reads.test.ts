/** On Azure SQL a read without a lock may be stale at once: what a running job decides by it must be right all the same. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { currentTransaction } from '../../shared/platform/context.ts';
import { statementOf } from '../locks/statement.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
/** What the next look at the tasks of a running job gives, in the place of what is there. */
let stale: unknown[] | undefined;
beforeEach(async () => {
  stale = undefined;
  town = await openTown(
    {},
    {
      engine: (inner) => ({
        ...inner,
        atomically: (work) =>
          inner.atomically((run, at) =>
            work(async (query) => {
              const { kind, table } = statementOf(query);
              const isLook = currentTransaction() === 'executeJob' && kind === 'read' && table === 'tasks';
              const rows = await run(query);
              const given = isLook ? stale : undefined;
              if (isLook) stale = undefined;
              return (given as typeof rows | undefined) ?? rows;
            }, at),
          ),
      }),
    },
  );
});
afterEach(() => town.close());

const tasksAsTheyAre = (id: string) => town.sql<unknown>('select * from tasks where job_id = ? order by id', id);

test('a task that was claimed after the look is not taken for one that nobody holds', async () => {
  const id = await town.started({ supporting_agents: ['reader'] });
  const before = await tasksAsTheyAre(id);
  const task = await town.one('reader');
  stale = before;
  await town.cancel(id);
  await town.settle();
  expect(await town.job(id)).toMatchObject({ state: 'executing', stop_reason: 'cancel' });
  expect(await town.tasks(id)).toMatchObject({
    reader: { state: 'running', stop_reason: 'cancel' },
    writer: { state: 'cancelled' },
  });
  await town.complete('reader', task);
  await town.settle();
  expect(await town.state(id)).toBe('cancelled');
});

test('a task that went back to its queue after the look is cancelled with the others', async () => {
  const id = await town.started({ supporting_agents: ['reader', 'checker'], max_retries: 0 });
  const given = await town.one('checker');
  await town.fail('reader', await town.one('reader'));
  const before = await tasksAsTheyAre(id);
  await town.release('checker', given);
  stale = before;
  await town.settle();
  expect(await town.state(id)).toBe('failed');
  expect(await town.tasks(id)).toMatchObject({ checker: { state: 'cancelled' }, writer: { state: 'cancelled' } });
});

test('what was used after the look is settled at the end', async () => {
  const id = await town.started({ supporting_agents: ['reader'] });
  const before = await tasksAsTheyAre(id);
  await town.complete('reader', await town.one('reader'), { input_tokens: 700, output_tokens: 0 });
  stale = before;
  await town.settle();
  town.world.ring('execute', id); // the bell of its end may come before or after another
  await town.settle();
  await town.work({ input_tokens: 100, output_tokens: 0 });
  expect(await town.answer(id)).toMatchObject({ state: 'succeeded', actual: { total_tokens: 800 } });
});
