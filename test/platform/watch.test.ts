import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GroupCommit } from '../../shared/platform/database/group-commit.ts';
import { SqliteConnection } from '../../shared/platform/database/sqlite-connection.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

test('a transaction that waits for something outside the database is undone, and the others go on', async () => {
  const connection = new SqliteConnection(':memory:', { time: () => 0 });
  connection.raw.exec('CREATE TABLE notes (text TEXT)');
  const commits = new GroupCommit(connection);
  const note = (text: string, after: Promise<void> = Promise.resolve()) =>
    commits.transaction(async (run) => {
      await run(CompiledQuery.raw('INSERT INTO notes VALUES (?)', [text]));
      await after;
    });
  const hanging = note('hangs', new Promise(() => {})).catch(String);
  const other = note('other');
  await vi.advanceTimersByTimeAsync(10_001);
  expect(await hanging).toContain('outside the database');
  await other;
  expect(connection.run(CompiledQuery.raw('SELECT text FROM notes'))).toEqual([{ text: 'other' }]);
  connection.raw.close();
});
