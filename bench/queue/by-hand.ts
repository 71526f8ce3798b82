/** The measure: the least that somebody would write by hand on the same disk. One table, and a commit for each call. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Contestant } from './contestant.ts';
import { payload, priorityOf } from './payload.ts';

const schema = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE tasks (id INTEGER PRIMARY KEY, capability TEXT NOT NULL, priority INTEGER NOT NULL, payload TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued', fence INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    holder TEXT, lease_until INTEGER, output TEXT) STRICT;
  CREATE INDEX tasks_open ON tasks (capability, state, priority, id)`;

const lease = 90_000;

export async function byHand(folder: string): Promise<Contestant> {
  const db = new DatabaseSync(join(folder, 'by-hand.db'));
  db.exec(schema);
  const insert = db.prepare('INSERT INTO tasks (capability, priority, payload) VALUES (?, ?, ?)');
  const claim = db.prepare(`UPDATE tasks SET state = 'running', holder = ?, fence = fence + 1, attempts = attempts + 1,
    lease_until = ? WHERE id = (SELECT id FROM tasks WHERE capability = ? AND state = 'queued' ORDER BY priority, id LIMIT 1)
    RETURNING id, fence, payload`);
  const complete = db.prepare(`UPDATE tasks SET state = 'succeeded', output = ?, lease_until = NULL
    WHERE id = ? AND fence = ? AND holder = ? AND state = 'running'`);
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const waiting = new Set<() => void>();
  const news = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else waiting.add(resolve);
    });
  const wake = () => {
    for (const one of waiting) one();
    waiting.clear();
  };

  interface Row {
    id: number;
    fence: number;
    payload: string;
  }
  const take = (holder: string) => claim.get(holder, Date.now() + lease, 'write') as Row | undefined;
  const completeAndTake = ({ id, fence }: Row, holder: string): Row | undefined => {
    begin.run();
    complete.run(JSON.stringify({ done: true }), id, fence, holder);
    const next = take(holder);
    commit.run();
    return next;
  };

  return {
    send: async (number) => {
      insert.run('write', priorityOf(number), JSON.stringify(payload(number)));
      wake();
    },
    work: async (workers, taken) => {
      const stopping = new AbortController();
      const { signal } = stopping;
      const worker = async (_: unknown, at: number) => {
        const holder = `worker_${at}`;
        while (!signal.aborted) {
          for (let task = take(holder); task !== undefined; task = completeAndTake(task, holder)) {
            JSON.parse(task.payload);
            taken();
            await Promise.resolve();
          }
          await news(signal);
        }
      };
      const working = Promise.all(Array.from({ length: workers }, worker));
      const stop = () => {
        stopping.abort();
        wake();
        return working;
      };
      return { stop };
    },
    close: async () => db.close(),
  };
}
