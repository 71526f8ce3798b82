import { CompiledQuery } from 'kysely';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GroupCommit, type Run } from '../../shared/platform/database/group-commit.ts';
import { SqliteConnection } from '../../shared/platform/database/sqlite-connection.ts';

let folder: string;
let writing: SqliteConnection;
let reading: SqliteConnection;
let commits: GroupCommit;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-group-'));
  writing = new SqliteConnection(join(folder, 'test.db'), { time: () => 0 });
  writing.raw.exec(`CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
    CREATE TABLE counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL); INSERT INTO counters VALUES ('one', 0);
    CREATE TABLE children (parent INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)`);
  reading = new SqliteConnection(join(folder, 'test.db'), { readOnly: true, time: () => 0 });
  commits = new GroupCommit(writing);
});

afterEach(async () => {
  await commits.close();
  writing.raw.close();
  reading.raw.close();
  rmSync(folder, { recursive: true });
});

const insert = (run: Run, text: string) => run(CompiledQuery.raw('INSERT INTO notes (text) VALUES (?)', [text]));
const note = (text: string) => commits.transaction((run) => insert(run, text));
const notes = (from = reading) =>
  from.run<{ text: string }>(CompiledQuery.raw('SELECT text FROM notes ORDER BY id')).map(({ text }) => text);
const outcomes = async (promises: Promise<unknown>[]) =>
  (await Promise.allSettled(promises)).map(({ status }) => status);

test('what is not yet committed is seen on the writer and not on the reader', async () => {
  let seen: string[][] = [];
  await commits.transaction(async (run) => {
    await insert(run, 'dirty');
    seen = [notes(writing), notes(reading)];
  });
  expect(seen).toEqual([['dirty'], []]);
  expect(notes()).toEqual(['dirty']);
});

test('transactions that wait together share one commit and settle after it', async () => {
  const seenBySecond: string[] = [];
  const first = note('a').then(() => seenBySecond.push(...notes()));
  const second = commits.transaction(async (run) => {
    await insert(run, 'b');
    seenBySecond.push('running');
  });
  await Promise.all([first, second]);
  expect(seenBySecond).toEqual(['running', 'a', 'b']);
});

test('so do those that come in one turn of the event loop, as the requests that it finds waiting', async () => {
  let committed: string[] | undefined;
  const first = note('a');
  for (let microtasks = 0; microtasks < 50; microtasks++) await Promise.resolve();
  const second = commits.transaction(async () => {
    committed = notes();
  });
  await Promise.all([first, second]);
  expect(committed).toEqual([]);
  expect(notes()).toEqual(['a']);
});

test('who is woken by a transaction that has run joins its commit, and finds what it has written', async () => {
  const { promise: news, resolve: wake } = Promise.withResolvers<void>();
  const seen: string[][] = [];
  const woken = news.then(async () => {
    await Promise.resolve(); // as who is woken comes through several hands
    return commits.transaction(async (run) => {
      seen.push(notes(writing), notes());
      await insert(run, 'the answer');
    });
  });
  await commits.transaction((run) => insert(run, 'the question'), wake);
  expect(notes()).toEqual(['the question', 'the answer']);
  await woken;
  expect(seen).toEqual([['the question'], []]);
});

test('who is woken in vain, as a commit fails, is undone with it', async () => {
  const { promise: news, resolve: wake } = Promise.withResolvers<void>();
  const woken = news.then(() => note('the answer'));
  const orphan = (run: Run) => run(CompiledQuery.raw('INSERT INTO children VALUES (7)'));
  expect(await outcomes([commits.transaction(orphan, wake), woken])).toEqual(['rejected', 'rejected']);
  expect(notes()).toEqual([]);
});

test('a statement that comes after the end of its transaction is refused', async () => {
  let stray: Run | undefined;
  await commits.transaction(async (run) => void (stray = run));
  const other = note('whole');
  await expect(insert(stray as Run, 'stray')).rejects.toThrow('after its transaction had ended');
  await other;
  expect(notes()).toEqual(['whole']);
});

test('a statement that comes after its transaction was refused is refused too', async () => {
  let stray: Run | undefined;
  const refused = commits.transaction(async (run) => {
    stray = run;
    throw new Error('no');
  });
  await expect(refused).rejects.toThrow('no');
  await expect(insert(stray as Run, 'stray')).rejects.toThrow('after its transaction had ended');
});

/** Notes what it is told, then fails, or not; counts its runs. */
const counted = (text: string | undefined, fails: boolean) => {
  const seen = { runs: 0, done: Promise.resolve<unknown>(undefined) };
  seen.done = commits.transaction(async (run) => {
    seen.runs++;
    if (text !== undefined) await insert(run, text);
    if (fails) throw new Error('no');
  });
  return seen;
};

test('a refusal that comes before anything was written costs its group nothing', async () => {
  const group = [counted('a', false), counted(undefined, true), counted('b', false)];
  expect(await outcomes(group.map(({ done }) => done))).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(group.map(({ runs }) => runs)).toEqual([1, 1, 1]);
  expect(notes()).toEqual(['a', 'b']);
});

test('a refusal that comes after a write has its group run again, and the next groups run once', async () => {
  const group = [counted('a', false), counted('undone', true), counted('b', false)];
  expect(await outcomes(group.map(({ done }) => done))).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(group.map(({ runs }) => runs)).toEqual([2, 2, 1]);
  const next = [counted('c', false), counted('undone', true), counted('d', false)];
  await outcomes(next.map(({ done }) => done));
  expect(next.map(({ runs }) => runs)).toEqual([1, 1, 1]);
  expect(notes()).toEqual(['a', 'b', 'c', 'd']);
});

test('a refusal undoes only its own transaction in the group', async () => {
  const refused = commits.transaction(async (run) => {
    await insert(run, 'undone');
    throw new RangeError('refused');
  });
  const throwing = commits.transaction(() => {
    throw new TypeError('before the first statement');
  });
  expect(await outcomes([note('before'), refused, throwing, note('after')])).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  await expect(refused).rejects.toThrow(RangeError);
  expect(notes()).toEqual(['before', 'after']);
});

test('a failed statement that was caught lets its transaction go on', async () => {
  await commits.transaction(async (run) => {
    await insert(run, 'kept');
    await run(CompiledQuery.raw('INSERT INTO notes (id) VALUES (1)')).catch(() => {});
  });
  expect(notes()).toEqual(['kept']);
});

test('a full disk rejects everybody in the group as a fault, and the writer goes on', async () => {
  await note('first');
  const { page_count } = writing.raw.prepare('PRAGMA page_count').get() as { page_count: number };
  writing.raw.exec(`PRAGMA max_page_count = ${page_count + 2}`);
  const full = [note('small'), note('x'.repeat(100_000)), note('late')];
  const small = await Promise.allSettled(full);
  expect(small.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(small[0]).toMatchObject({ reason: { cause: { errcode: 13 } } });
  expect(notes()).toEqual(['first', 'late']);
  writing.raw.exec('PRAGMA max_page_count = 100000');
  await note('x'.repeat(100_000));
  expect(notes().length).toBe(3);
});

test('a transaction that hides a full disk is rejected all the same', async () => {
  const { page_count } = writing.raw.prepare('PRAGMA page_count').get() as { page_count: number };
  writing.raw.exec(`PRAGMA max_page_count = ${page_count}`);
  const first = note('before');
  const hiding = commits.transaction(async (run) => {
    await insert(run, 'x'.repeat(100_000)).catch(() => {});
    throw new RangeError('a refusal that is nobody else’s');
  });
  const [before, itself] = await Promise.allSettled([first, hiding]);
  expect(before).toMatchObject({ status: 'rejected', reason: { message: 'the database ended the transaction' } });
  expect(itself.status).toBe('rejected');
  expect(notes()).toEqual([]);
});

test('a COMMIT that fails rejects everybody in the group, and the writer goes on', async () => {
  const orphan = commits.transaction((run) => run(CompiledQuery.raw('INSERT INTO children VALUES (99)')));
  expect(await outcomes([note('a'), orphan, note('b')])).toEqual(['rejected', 'rejected', 'rejected']);
  expect(notes()).toEqual([]);
  await note('c');
  expect(notes()).toEqual(['c']);
});

test('two thousand concurrent increments are all counted, more than fit in one group', async () => {
  let open = 0;
  const increment = () =>
    commits.transaction(async (run) => {
      expect(++open).toBe(1);
      const [row] = await run<{ n: number }>(CompiledQuery.raw("SELECT n FROM counters WHERE name = 'one'"));
      await Promise.resolve();
      await run(CompiledQuery.raw('UPDATE counters SET n = ?', [(row?.n ?? 0) + 1]));
      open--;
    });
  let turns = 0;
  const turning = setInterval(() => turns++, 0);
  await Promise.all(Array.from({ length: 2000 }, increment));
  clearInterval(turning);
  expect(reading.run(CompiledQuery.raw('SELECT n FROM counters'))).toEqual([{ n: 2000 }]);
  expect(turns).toBeGreaterThan(0);
});

test('when BEGIN fails, those who wait are rejected with what is transient, and the writer goes on', async () => {
  const other = new SqliteConnection(join(folder, 'test.db'), { time: () => 0 });
  writing.raw.exec('PRAGMA busy_timeout = 0');
  other.raw.exec('BEGIN IMMEDIATE');
  await expect(note('busy')).rejects.toMatchObject({ errcode: 5 });
  other.raw.exec('COMMIT');
  other.raw.close();
  await note('free');
  expect(notes()).toEqual(['free']);
});

test('closing waits for what is under way and takes nothing more', async () => {
  const last = note('last');
  await commits.close();
  await last;
  await expect(note('late')).rejects.toThrow('closed');
  expect(notes()).toEqual(['last']);
});
