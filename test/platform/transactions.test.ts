import { CompiledQuery } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { currentTrace, withTrace } from '../../shared/platform/context.ts';
import { UnknownOutcome } from '../../shared/platform/database/faults.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import type { Reads, Tx, Writes } from '../../shared/platform/platform.ts';
import { refuse } from '../../shared/outcomes.ts';
import { openWorld, type World, type WorldOptions } from '../world.ts';

let world: World;
afterEach(() => world.close());

/** What goes wrong at each attempt, before the transaction or after its commit; then nothing more. */
type Mishap = 'busy' | 'lost answer' | 'lost before commit' | 'broken';

const faults = {
  busy: () => Object.assign(new Error('database is locked'), { errcode: 5 }),
  broken: () => Object.assign(new Error('disk I/O error'), { errcode: 10 }),
};

function mishaps(list: Mishap[]): NonNullable<WorldOptions['engine']> {
  return (engine: Engine) => ({
    ...engine,
    atomically: async (work) => {
      const mishap = list.shift();
      if (mishap === 'busy' || mishap === 'broken') throw faults[mishap]();
      if (mishap === 'lost before commit') throw new UnknownOutcome('no answer');
      const value = await engine.atomically(work);
      if (mishap === 'lost answer') throw new UnknownOutcome('no answer');
      return value;
    },
    together: async (queries) => {
      const mishap = list.shift();
      if (mishap === 'busy' || mishap === 'broken') throw faults[mishap]();
      const rows = await engine.together(queries);
      if (mishap === 'lost answer') throw faults.busy();
      return rows;
    },
  });
}

async function open(list: Mishap[] = []): Promise<void> {
  const armed: Mishap[] = [];
  world = await openWorld({}, { engine: mishaps(armed) });
  await run((tx) => tx.run(CompiledQuery.raw('CREATE TABLE notes (text TEXT)')));
  armed.push(...list);
}

const run = <T>(work: (tx: Tx) => Promise<T>) => world.platform.db.transaction('test', work);
const note = (tx: Tx, text: string) => tx.run(CompiledQuery.raw('INSERT INTO notes VALUES (?)', [text]));
const count = async (on = world.platform.db.read) =>
  (await on.run<{ n: number }>(CompiledQuery.raw('SELECT count(*) AS n FROM notes')))[0]?.n;

/** Retries sleep on the process's clock, which stands still in a test. */
async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
  for (let second = 0; second < 10; second++) await Promise.race([work.catch(() => {}), world.advance(1)]);
  return work;
}

test('a busy database is tried again from the start of the work', async () => {
  await open(['busy', 'busy']);
  await whileTimePasses(run((tx) => note(tx, 'once')));
  expect(await count()).toBe(1);
});

test('after five tries the fault is given up to the caller', async () => {
  await open(['busy', 'busy', 'busy', 'busy', 'busy', 'busy']);
  await expect(whileTimePasses(run((tx) => note(tx, 'never')))).rejects.toMatchObject({ errcode: 5 });
  expect(await count()).toBe(0);
});

test('a fault that does not go away by itself is not tried again', async () => {
  await open(['broken']);
  await expect(run((tx) => note(tx, 'never'))).rejects.toMatchObject({ errcode: 10 });
  expect(await count()).toBe(0);
});

test.each(['lost answer', 'lost before commit'] as const)(
  'where nobody can tell whether a commit happened (%s) it is not tried again, and bells ring: one too many does no harm',
  async (mishap) => {
    await open([mishap]);
    const work = run(async (tx) => (tx.ring('wake', 'x'), note(tx, 'at most once')));
    await expect(whileTimePasses(work)).rejects.toBeInstanceOf(UnknownOutcome);
    expect(await count()).toBe(mishap === 'lost answer' ? 1 : 0);
    expect(world.rung.map(({ id }) => id)).toEqual(mishap === 'lost answer' ? ['x'] : []);
  },
);

test('bells ring after the commit, and never for what was undone', async () => {
  await open(['busy']);
  await whileTimePasses(
    run(async (tx) => {
      tx.ring('execute', 'job_1');
      tx.ring('ask', 'ask_1', 30);
      expect(world.rung).toEqual([]);
    }),
  );
  expect(world.rung.map(({ bell, id }) => `${bell} ${id}`)).toEqual(['execute job_1', 'ask ask_1']);
  const refused = run(async (tx) => {
    tx.ring('execute', 'job_2');
    refuse('conflict');
  });
  await expect(refused).rejects.toMatchObject({ code: 'conflict' });
  expect(world.rung.length).toBe(2);
});

test('waiters are told of news after the commit', async () => {
  await open();
  let told = false;
  const waiting = world.platform.hints.wait(['events'], 60_000).then(() => (told = true));
  await run(async (tx) => {
    tx.hint('events');
    await note(tx, 'first');
    expect(told).toBe(false);
  });
  await waiting;
  expect(told).toBe(true);
});

test('a transaction inside another is an error and not a wait for itself', async () => {
  await open();
  const nested = run(() => world.platform.db.transaction('inner', async () => 1));
  await expect(nested).rejects.toThrow('transaction inner was opened inside test');
  await expect(run(async () => 'goes on')).resolves.toBe('goes on');
});

test('a read past the open transaction is an error, because it would not see what that has written', async () => {
  await open();
  await expect(run(() => count())).rejects.toThrow('read with its tx');
});

test('each transaction keeps its own trace though another one began the group', async () => {
  await open();
  const traced = (trace: string) =>
    withTrace(trace, () => run(async (tx) => (tx.ring('wake', trace), [tx.trace, currentTrace()])));
  const traces = ['00-a-1-01', '00-b-2-01', '00-c-3-01'];
  expect(await Promise.all(traces.map(traced))).toEqual(traces.map((trace) => [trace, trace]));
  expect(world.rung.map(({ trace }) => trace)).toEqual(traces);
});

test('the time, ids and random bytes of a transaction come from the seams', async () => {
  await open();
  world.clock.skewProcess(90);
  const [at, id, bytes] = await run(async (tx) => [tx.at, tx.newId('job'), tx.randomBytes(4)] as const);
  expect(at).toEqual(new Date(world.clock.database()));
  expect(id).toMatch(/^job_[0-9a-hjkmnp-tv-z]{26}$/);
  expect(bytes.length).toBe(4);
});

const insertNote = (tx: Writes, text: string) => tx.run(CompiledQuery.raw('INSERT INTO notes VALUES (?)', [text]));
const allNotes = (on: Reads) => on.run<{ text: string }>(CompiledQuery.raw('SELECT text FROM notes ORDER BY text'));

test('a batch is one transaction, and each of its statements sees those before it', async () => {
  await open();
  const [before, , after] = await world.platform.db.batch('test', (tx) => [
    allNotes(tx),
    insertNote(tx, 'a'),
    allNotes(tx),
  ]);
  expect([before, after]).toEqual([[], [{ text: 'a' }]]);
});

test('a batch of nothing asks for nothing', async () => {
  await open(['broken']);
  expect(await world.platform.db.batch('test', () => [])).toEqual([]);
});

test('a batch of which one statement fails writes nothing and rings nothing', async () => {
  await open();
  const batch = world.platform.db.batch('test', (tx) => {
    tx.ring('wake', 'x');
    return [insertNote(tx, 'a'), tx.run(CompiledQuery.raw('INSERT INTO nowhere VALUES (1)'))];
  });
  await expect(batch).rejects.toThrow('no such table');
  expect([await count(), world.rung]).toEqual([0, []]);
});

test('a batch is tried again with the very same statements, then its bells ring', async () => {
  await open(['busy']);
  let started = 0;
  const batch = world.platform.db.batch('test', (tx) => {
    tx.ring('wake', `x ${++started}`);
    return [insertNote(tx, `started ${started}`)];
  });
  await whileTimePasses(batch);
  expect(await allNotes(world.platform.db.read)).toEqual([{ text: 'started 1' }]);
  expect(world.rung.map(({ id }) => id)).toEqual(['x 1']);
});

test('a batch whose answers are all lost may have happened, so its bells ring', async () => {
  await open(['busy', 'busy', 'busy', 'busy', 'busy', 'busy']);
  const batch = world.platform.db.batch('test', (tx) => {
    tx.ring('wake', 'x');
    return [insertNote(tx, 'a')];
  });
  await expect(whileTimePasses(batch)).rejects.toMatchObject({ errcode: 5 });
  expect(world.rung.map(({ id }) => id)).toEqual(['x']);
});

test('a batch of which one try may have happened rings its bells, whatever comes of the next try', async () => {
  await open(['lost answer', 'broken']);
  const batch = world.platform.db.batch('test', (tx) => {
    tx.ring('wake', 'x');
    return [insertNote(tx, 'a')];
  });
  await expect(whileTimePasses(batch)).rejects.toMatchObject({ errcode: 10 });
  expect([await count(), world.rung.map(({ id }) => id)]).toEqual([1, ['x']]);
});

test('a statement of a batch that waits for the answer of another is refused, rather than waited for for ever', async () => {
  await open();
  const late = async (tx: Writes) => {
    await tx.run(CompiledQuery.raw('select 1'));
    return tx.run(CompiledQuery.raw('select 2'));
  };
  await expect(world.platform.db.batch('test', (tx) => [late(tx)])).rejects.toThrow('waited for another of it');
});

test('what is gathered while the gathered is written is written as well', async () => {
  await open();
  const written: string[] = [];
  const write = (tx: Tx, items: readonly string[]): Promise<void> => {
    written.push(items.join(' '));
    if (items.includes('b')) tx.gather(write, 'c');
    return Promise.resolve();
  };
  await world.platform.db.transaction('test', async (tx) => tx.gather(write, 'a', 'b'));
  expect(written).toEqual(['a b', 'c']);
});
