/** What waits in other queues costs a claim nothing: its statements look rows up, and pass over none. */
import type { CompiledQuery } from 'kysely';
import { expect, it } from 'vitest';
import { SqliteConnection, withBoundTimes } from '../../shared/platform/database/sqlite-connection.ts';
import { migrate } from '../../shared/platform/database/migrate.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { callerOf, openCrew } from './crew.ts';

it('a claim, and a completion that claims, find tasks by the index of their queues and scan no table', async () => {
  const connection = new SqliteConnection(':memory:', { time: () => 0 });
  migrate(connection.raw);
  const asked: CompiledQuery[] = [];
  const note = (queries: readonly CompiledQuery[]) => void asked.push(...queries);
  const crew = await openCrew(
    {},
    {
      standing: connection,
      engine: (engine) => ({
        ...engine,
        read: (query) => (note([query]), engine.read(query)),
        together: (queries) => (note(queries), engine.together(queries)),
      }),
    },
  );
  await crew.register('worker_1', { capabilities: ['lint'], max_concurrent_tasks: 2 });
  await crew.queue({}, { capabilities: ['lint'] });
  asked.length = 0;
  const [task] = await crew.claim('worker_1');
  const report = { task_id: task?.task_id ?? '', fence: 1, output: {}, prefetch: { max: 1, claim_id: 'next' } };
  expect((await completeTask(crew.platform, callerOf('worker_1'), report)).tasks).toHaveLength(1);
  const plans = asked.map(({ sql }) => planOf(connection, sql));
  const byQueue = /^SEARCH (first|tasks) USING COVERING INDEX tasks_queue \(queue_id=\? AND state=\?\)$/;
  expect(plans.filter((lines) => lines.some((line) => byQueue.test(line)))).toHaveLength(3); // a look, a claim, a completion
  const scanned = plans.flat().filter((line) => line.startsWith('SCAN'));
  expect(new Set(scanned)).toEqual(new Set(['SCAN open'])); // the few that were found
  await crew.close();
  connection.raw.close();
});

const planOf = ({ raw }: SqliteConnection, sql: string): string[] =>
  raw
    .prepare(`explain query plan ${withBoundTimes(sql).sql}`)
    .all()
    .map(({ detail }) => String(detail));
