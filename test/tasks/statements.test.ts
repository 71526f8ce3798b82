/** The hot verbs are few statements: on Azure each is a round trip. */
import type { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tsqlBuilder } from '../../shared/platform/database/azure-sql/dialect.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { updateAlarms } from '../../shared/tasks/store/plan-tasks.ts';
import { callerOf, openCrew, type Crew } from './crew.ts';

let crew: Crew;
const counted = { written: 0, transactions: 0 };
/** The last batch as Azure SQL would be asked. */
let batch: string[];
beforeEach(async () => {
  crew = await openCrew(
    {},
    {
      engine: (engine) => ({
        ...engine,
        atomically: (work) => {
          counted.transactions++;
          return engine.atomically((run, at) =>
            work((query) => {
              counted.written++;
              return run(query);
            }, at),
          );
        },
        together: (queries) => {
          counted.transactions++;
          counted.written += queries.length;
          batch = queries.map(inTsql);
          return engine.together(queries);
        },
      }),
    },
  );
  await crew.register('worker_1', { max_concurrent_tasks: 5 });
  await crew.claim('worker_1');
});
afterEach(() => crew.close());

const { builder, shapeOf } = tsqlBuilder();
const inTsql = ({ query, queryId }: CompiledQuery): string => builder.getExecutor().compileQuery(query, queryId).sql;

const statements = async (work: () => Promise<unknown>): Promise<number> => {
  counted.written = 0;
  await work();
  return counted.written;
};

describe('statements in transactions', () => {
  it('of a claim are at most four, and one for a finished task', async () => {
    await crew.queue({});
    let fence = { task_id: '', fence: 0 };
    const claimed = await statements(async () => {
      [fence = fence] = await crew.claim('worker_1');
    });
    expect(claimed).toBeLessThanOrEqual(4);
    expect(await statements(() => crew.complete('worker_1', fence))).toBe(1);
  });

  it('of a completion that claims the next are at most four', async () => {
    await crew.queue({}, {});
    const [task] = await crew.claim('worker_1');
    const report = { task_id: task?.task_id ?? '', fence: 1, output: {}, prefetch: { max: 1, claim_id: 'c' } };
    expect(await statements(() => completeTask(crew.platform, callerOf('worker_1'), report))).toBeLessThanOrEqual(4);
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
    const tasks = await crew.claim('worker_1', { max: 3 });
    expect(tasks.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
    expect(batch.flatMap((text) => text.match(/from "\w+" with|join "\w+"( as "\w+")? with/g) ?? [])).toEqual([
      'join "tasks" as "free" with',
    ]);
  });

  it('of a heartbeat are four', async () => {
    await crew.queue({});
    const tasks = await crew.claim('worker_1');
    expect(await statements(() => crew.beat('worker_1', tasks))).toBe(4);
  });
});

it('Azure SQL is told of what kind the amount of an alarm is', async () => {
  let kinds: readonly unknown[] = [];
  await crew.platform.db.transaction('test', (tx) => {
    const run = async (query: CompiledQuery) => {
      kinds = shapeOf(query)?.kinds ?? [];
      return [];
    };
    return updateAlarms({ ...tx, builder, run }, { deployment_id: 'deploy_1', left_micros: 7 });
  });
  expect(kinds).toEqual(['bigint', 'text']);
});
