/** The hot verbs are few statements: on Azure each is a round trip. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completeTask } from '../../shared/tasks/complete.ts';
import { statementOf } from '../locks/statement.ts';
import { callerOf, openCrew, type Crew } from './crew.ts';

let crew: Crew;
const counted = { written: 0, transactions: 0 };
/** Ids of the tasks that were locked by a read. */
const locked: string[] = [];
beforeEach(async () => {
  crew = await openCrew(
    {},
    {
      engine: (engine) => ({
        ...engine,
        atomically: (work) => {
          counted.transactions++;
          return engine.atomically((run, at) =>
            work(async (query) => {
              counted.written++;
              const rows = await run(query);
              const { kind, table } = statementOf(query);
              if (kind === 'lock' && table === 'tasks') locked.push(...rows.map((row) => (row as { id: string }).id));
              return rows;
            }, at),
          );
        },
        together: (queries) => {
          counted.transactions++;
          counted.written += queries.length;
          return engine.together(queries);
        },
      }),
    },
  );
  await crew.register('worker_1', { max_concurrent_tasks: 5 });
  await crew.claim('worker_1');
});
afterEach(() => crew.close());

const statements = async (work: () => Promise<unknown>): Promise<number> => {
  counted.written = 0;
  await work();
  return counted.written;
};

describe('statements in transactions', () => {
  it('of a claim are at most five, and one for a finished task', async () => {
    await crew.queue({});
    let fence = { task_id: '', fence: 0 };
    const claimed = await statements(async () => {
      [fence = fence] = await crew.claim('worker_1');
    });
    expect(claimed).toBeLessThanOrEqual(5);
    expect(await statements(() => crew.complete('worker_1', fence))).toBe(1);
  });

  it('of a completion that claims the next are at most six', async () => {
    await crew.queue({}, {});
    const [task] = await crew.claim('worker_1');
    const report = { task_id: task?.task_id ?? '', fence: 1, output: {}, prefetch: { max: 1, claim_id: 'c' } };
    expect(await statements(() => completeTask(crew.platform, callerOf('worker_1'), report))).toBeLessThanOrEqual(6);
  });

  it('are none while there is nothing to claim', async () => {
    counted.transactions = 0;
    expect(await crew.claim('worker_1')).toEqual([]);
    expect(counted.transactions).toBe(0);
  });

  it('of a claim over several queues lock no more than it takes, in the order of urgency', async () => {
    await crew.register('worker_1', { capabilities: ['lint', 'write'], max_concurrent_tasks: 5 });
    await crew.queue({ name: 'third', priority: 5 }, { name: 'fifth', priority: 9 });
    await crew.queue({ name: 'first', priority: 1, capabilities: ['lint'] });
    await crew.queue({ name: 'fourth', priority: 6, capabilities: ['lint'] });
    await crew.queue({ name: 'second', priority: 2, capabilities: ['write'] });
    locked.length = 0;
    const tasks = await crew.claim('worker_1', { max: 3 });
    expect(tasks.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
    expect(locked.toSorted()).toEqual(tasks.map(({ task_id }) => task_id).toSorted());
  });

  it('of a heartbeat are four', async () => {
    await crew.queue({});
    const tasks = await crew.claim('worker_1');
    expect(await statements(() => crew.beat('worker_1', tasks))).toBe(4);
  });
});
