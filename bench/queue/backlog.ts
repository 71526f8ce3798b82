/** What a claim costs while others have much to do: beside a thousand tasks for other capabilities, and beside a million. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { claimTasks } from '../../shared/tasks/claim.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { queueTasks } from '../../shared/tasks/queue.ts';
import { percentile } from '../floor.ts';
import { agent, muster, taskOf } from './muster.ts';

/** Milliseconds of a claim, p50, beside few and beside many, measured in turns. */
export async function claimsBeside(folder: string, sizes: readonly [number, number], turns: number) {
  const queues = [await withBacklog(join(folder, 'few'), sizes[0]), await withBacklog(join(folder, 'many'), sizes[1])];
  const times = queues.map((): number[] => []);
  for (let turn = -20; turn < turns; turn++) {
    for (const [at, queue] of queues.entries()) {
      const milliseconds = await claimOne(queue, turn);
      if (turn >= 0) times[at]?.push(milliseconds);
    }
  }
  for (const queue of queues) await queue.close();
  const [few = Number.NaN, many = Number.NaN] = times.map((each) => percentile(each, 0.5));
  return { few, many };
}

type Queue = Awaited<ReturnType<typeof muster>>;

async function withBacklog(folder: string, size: number): Promise<Queue> {
  mkdirSync(folder, { recursive: true });
  const queue = await muster(folder);
  const foreign = { ...taskOf(1), capabilities: ['paint'] };
  const [task] = await queue.platform.db.transaction('bench', (tx) => queueTasks(tx, [foreign]));
  await queue.close();
  multiply(join(folder, 'muster.db'), task?.id ?? '', size - 1);
  return muster(folder);
}

/** Copies a task so often, each with an id and a place of its own: faster than by the verbs. */
function multiply(file: string, id: string, count: number): void {
  const db = new DatabaseSync(file);
  const columns = db
    .prepare('PRAGMA table_info(tasks)')
    .all()
    .map(({ name }) => String(name));
  const own: Record<string, string> = { name: "'copy ' || n", priority: '1 + n % 10' };
  for (const name of ['id', 'place']) own[name] = "printf('task_0%025d', n)";
  db.exec(`INSERT INTO tasks (${columns.join()})
    WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ${count})
    SELECT ${columns.map((name) => own[name] ?? `tasks.${name}`).join()} FROM copies CROSS JOIN tasks
    WHERE tasks.id = '${id}'`);
  db.close();
}

async function claimOne({ platform, send }: Queue, number: number): Promise<number> {
  const worker = agent(0);
  await send(number + 100);
  const start = performance.now();
  const { tasks } = await claimTasks(platform, worker, {
    ...{ agent_id: worker.id, max: 1, wait_seconds: 0, claim_id: randomUUID() },
  });
  const milliseconds = performance.now() - start;
  const [task] = tasks;
  if (task === undefined) throw new Error('the claim found nothing');
  const { task_id, fence } = task;
  await completeTask(platform, worker, { task_id, fence, output: { done: true } });
  return milliseconds;
}
