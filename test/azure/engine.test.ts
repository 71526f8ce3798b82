/** Transactions on Azure SQL, by the real driver: what is asked of the server, and what becomes of a lost answer. */
import { CompiledQuery } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { isTransient, UnknownOutcome } from '../../shared/platform/database/faults.ts';
import type { Database, Writes } from '../../shared/platform/platform.ts';
import { openWorld, type World } from '../world.ts';
import { openLedger, type Ledger } from './a-ledger.ts';
import type { Tokens } from './key-vault/a-token-endpoint.ts';
import { openIdentity } from './key-vault/an-identity.ts';

const start = new Date('2026-03-01T12:00:00.000Z');
let ledger: Ledger;
let world: World;
let db: Database;

async function open(settings: Record<string, string> = {}): Promise<void> {
  world = await openWorld(
    {
      AZURE_SQL_SERVER: `127.0.0.1,${ledger.port}`,
      AZURE_SQL_USERNAME: 'sa',
      AZURE_SQL_PASSWORD: 'right',
      AZURE_SQL_TRUST_CERTIFICATE: 'true',
      ...settings,
    },
    { patience: { connect: 500, request: 500 } },
  );
  db = world.platform.db;
}

beforeEach(async () => {
  ledger = await openLedger(() => world.clock.database());
  await open();
});
afterEach(async () => {
  await world.close();
  await ledger.close();
});

const write = (tx: Writes, line: string) => tx.run(CompiledQuery.raw('insert into lines values (@1)', [line]));
const lines = async () => {
  const rows = await db.read.run<{ line: string }>(CompiledQuery.raw('select line from lines'));
  return rows.map(({ line }) => line);
};
/** What was asked since the last look, without what goes before all else. */
const asked = () =>
  ledger.asked
    .splice(0)
    .filter(({ kind, text }) => !['connect', 'settings'].includes(kind) && !text.includes('"migrations"'))
    .map(({ text }) => text.replaceAll('\n', ' '));

/** Tries again sleep on the process's clock, which stands still in a test. */
async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
  const passing = setInterval(() => void world.clock.advance(1), 5);
  return work.finally(() => clearInterval(passing));
}

describe('a transaction', () => {
  test('costs a round trip for its begin with the time, one for its statements of a turn, and one for its end', async () => {
    const at = await db.transaction('test', async (tx) => {
      await Promise.all([write(tx, 'a'), write(tx, 'b')]);
      await write(tx, 'c');
      return tx.at;
    });
    expect(at).toEqual(start);
    expect(asked()).toEqual([
      'begin transaction; select sysutcdatetime() as at;',
      'insert into "commits" ("id") values (@1); insert into lines values (@2); insert into lines values (@3);',
      'insert into lines values (@1);',
      'commit transaction;',
    ]);
    expect(await lines()).toEqual(['a', 'b', 'c']);
  });

  test('that only reads leaves no mark', async () => {
    await db.transaction('test', (tx) => tx.run(CompiledQuery.raw('select line from lines')));
    expect(ledger.kept.marks).toEqual([]);
  });

  test('whose work throws has written nothing, and its connection serves the next', async () => {
    const work = db.transaction('test', async (tx) => {
      await write(tx, 'a');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await db.transaction('test', (tx) => write(tx, 'b'));
    expect(await lines()).toEqual(['b']);
    expect(ledger.open()).toBe(1);
  });

  test('that met the key of another runs again, once', async () => {
    let runs = 0;
    await db.transaction('test', (tx) => write(tx, 'a'));
    await db.transaction('test', (tx) => write(tx, ++runs === 1 ? 'a' : 'b'));
    await expect(db.transaction('test', (tx) => write(tx, 'a'))).rejects.toMatchObject({ number: 2627 });
    expect([runs, await lines()]).toEqual([2, ['a', 'b']]);
  });

  test('takes no statements after its failure, neither in the request that follows nor later', async () => {
    await db.transaction('test', (tx) => write(tx, 'a'));
    let late: (() => Promise<unknown>) | undefined;
    const following: Promise<unknown>[] = [];
    const work = db.transaction('test', async (tx) => {
      late = () => write(tx, 'late');
      const first = write(tx, 'a');
      await new Promise(setImmediate);
      following.push(write(tx, 'b').catch(String));
      await first;
    });
    await expect(work).rejects.toMatchObject({ number: 2627 });
    await expect(late?.()).rejects.toThrow('after its transaction had ended');
    await Promise.all(following);
    expect([following.length, await lines()]).toEqual([2, ['a']]);
  });

  test('that waits for something outside the database is undone after ten seconds', { timeout: 5000 }, async () => {
    await lines();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const hanging = db.transaction('test', async (tx) => {
      await write(tx, 'a');
      reach();
      await new Promise(() => {});
    });
    const outcome = hanging.catch(String);
    await reached;
    await vi.advanceTimersByTimeAsync(10_001);
    vi.useRealTimers();
    expect(await outcome).toContain('outside the database');
    expect([await lines(), ledger.open()]).toEqual([[], 1]);
  });

  test('takes no statements after its end', async () => {
    const tx = await db.transaction('test', async (tx) => tx);
    await expect(write(tx, 'later')).rejects.toThrow('after its transaction had ended');
  });
});

describe('a batch', () => {
  test('is one round trip, BEGIN and COMMIT included', async () => {
    const [, seen] = await db.batch('test', (tx) => [
      write(tx, 'a'),
      tx.run<{ line: string }>(CompiledQuery.raw('select line from lines')),
    ]);
    expect(asked()).toEqual([
      'begin transaction; insert into lines values (@1); select line from lines; commit transaction;',
    ]);
    expect(seen).toEqual([{ line: 'a' }]);
  });

  test('with more parameters than a request may have is a transaction of several', async () => {
    const many = Array.from({ length: 1500 }, (_, at) => `${at}`);
    const values = (tx: Writes, line: string) =>
      tx.run(CompiledQuery.raw('insert into lines values (@1)', [line, ...many]));
    await db.batch('test', (tx) => [values(tx, 'a'), values(tx, 'b')]);
    expect(asked()).toEqual([
      'begin transaction; select sysutcdatetime() as at;',
      'insert into lines values (@1);',
      'insert into lines values (@1);',
      'commit transaction;',
    ]);
    expect(await lines()).toEqual(['a', 'b']);
  });

  test('whose answer is lost runs again', async () => {
    ledger.faults.order({ on: 'statement', when: 'after', how: 'reset', text: /select line/ });
    const [seen] = await whileTimePasses(
      db.batch('test', (tx) => [tx.run<{ line: string }>(CompiledQuery.raw('select line from lines'))]),
    );
    expect(seen).toEqual([]);
  });
});

describe('a commit whose answer is lost', () => {
  const asksForMark = /insert into "commits" \("id"\) values \(@1\);(\nrollback transaction;)?$/;

  test('and which has happened is not made twice, for every verb alike', async () => {
    let runs = 0;
    ledger.faults.order({ on: 'commit', when: 'after', how: 'reset' });
    const value = await whileTimePasses(
      db.transaction('test', async (tx) => {
        tx.ring('wake', 'x');
        await write(tx, 'a');
        return ++runs;
      }),
    );
    expect([value, await lines(), world.rung.length]).toEqual([1, ['a'], 1]);
  });

  test('and which has not happened runs again', async () => {
    let runs = 0;
    ledger.faults.order({ on: 'commit', when: 'before', how: 'reset' });
    const value = await whileTimePasses(
      db.transaction('test', async (tx) => {
        await write(tx, 'a');
        return ++runs;
      }),
    );
    expect([value, await lines()]).toEqual([2, ['a']]);
  });

  test('and which has not happened runs again, also where the answer to the question is lost too', async () => {
    ledger.faults.order({ on: 'commit', when: 'before', how: 'reset' });
    const question = ledger.faults.order({ on: 'statement', when: 'after', how: 'reset', text: asksForMark });
    await whileTimePasses(db.transaction('test', (tx) => write(tx, 'a')));
    expect([question.met, ledger.kept.lines, ledger.kept.marks.length]).toEqual([1, ['a'], 1]);
  });

  test('of a transaction that wrote nothing needs no second look', async () => {
    ledger.faults.order({ on: 'commit', when: 'after', how: 'reset' });
    await db.transaction('test', (tx) => tx.run(CompiledQuery.raw('select line from lines')));
    expect(asked().filter((text) => text.includes('commits'))).toEqual([]);
  });

  test('is a clear error when the database cannot be asked any more', async () => {
    ledger.faults.order({ on: 'commit', when: 'after', how: 'reset' });
    ledger.faults.order({ on: 'statement', how: 1222, text: asksForMark, times: 100 });
    const work = db.transaction('test', async (tx) => (tx.ring('wake', 'x'), write(tx, 'a')));
    await expect(whileTimePasses(work)).rejects.toBeInstanceOf(UnknownOutcome);
    expect([ledger.kept.lines, world.rung.length]).toEqual([['a'], 1]);
  });
});

describe('marks', () => {
  test('are deleted after an hour', async () => {
    for (let at = 0; at < 499; at++) await db.transaction('test', (tx) => write(tx, `${at}`));
    await world.clock.advance(3601);
    await db.transaction('test', (tx) => write(tx, 'last'));
    expect(ledger.kept.marks).toHaveLength(1);
  });
});

describe('a read', () => {
  test('is one round trip, and tried again when the connection breaks', async () => {
    expect(await lines()).toEqual([]);
    expect(asked()).toEqual(['select line from lines;']);
    ledger.cut();
    expect(await whileTimePasses(lines())).toEqual([]);
  });

  test('whose answer stops in its middle is tried again: the driver would wait for ever', async () => {
    await lines();
    const ordered = ledger.faults.order({ on: 'statement', when: 'mid', how: 'silence' });
    expect(await whileTimePasses(lines())).toEqual([]);
    expect(ordered.met).toBe(1);
  });

  test('of a number that no double holds is a fault', async () => {
    await expect(db.read.run(CompiledQuery.raw('select beyond'))).rejects.toThrow('exact');
  });
});

describe('connecting', () => {
  test('waits for the first use, and tells each connection how long to wait for a lock', async () => {
    expect(ledger.asked).toEqual([]);
    await lines();
    expect(ledger.asked.map(({ text }) => text)).toContain('set lock_timeout 10000;');
  });

  test('to a database that wakes up is tried again, then given up with its number', async () => {
    ledger.faults.order({ on: 'connect', how: 40613, times: 1000 });
    await expect(whileTimePasses(lines())).rejects.toMatchObject({ number: 40613 });
  });

  test('to a server that takes connections and says nothing is given up as what may pass', async () => {
    await lines();
    ledger.faults.order({ on: 'connect', how: 'silence', times: 1000 });
    ledger.cut();
    await expect(whileTimePasses(lines())).rejects.toSatisfy(isTransient);
  });

  test('with a wrong password is not tried again', async () => {
    await world.close();
    await open({ AZURE_SQL_PASSWORD: 'wrong' });
    await expect(lines()).rejects.toMatchObject({ code: 'ELOGIN', number: 18456 });
    expect(ledger.asked.filter(({ kind }) => kind === 'connect')).toHaveLength(1);
  });
});

describe('a database without the tables of this version', () => {
  test('is refused with what to do, and taken once it has them', async () => {
    const { migrations } = ledger.kept;
    ledger.kept.migrations = migrations.slice(0, -1);
    await expect(lines()).rejects.toThrow('run `npm run migrate`');
    ledger.kept.migrations = migrations;
    expect(await lines()).toEqual([]);
    expect(await lines()).toEqual([]);
    expect(ledger.asked.filter(({ text }) => text.includes('"migrations"'))).toHaveLength(2);
  });

  test('is refused so also where it has none at all', async () => {
    ledger.faults.order({ on: 'statement', how: 208, text: /"migrations"/ });
    await expect(lines()).rejects.toThrow('run `npm run migrate`');
  });

  test('is another matter than one that does not answer', async () => {
    ledger.faults.order({ on: 'statement', how: 'reset', text: /"migrations"/ });
    expect(await whileTimePasses(lines())).toEqual([]);
  });
});

describe('without a login in the settings', () => {
  let tokens: Tokens;
  beforeAll(async () => {
    tokens = await openIdentity();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await tokens.close();
  });

  test('each new connection brings a token of Entra ID that is still good', async () => {
    await world.close();
    await open({ AZURE_SQL_USERNAME: '', AZURE_SQL_PASSWORD: '', ...tokens.environment });
    tokens.current = 'valid';
    tokens.lives = 60; // less than the SDK holds on to one
    expect(await lines()).toEqual([]);
    expect(tokens.asked.map((query) => query.get('resource'))).toContain('https://database.windows.net');
    const before = tokens.asked.length;
    tokens.lives = 86_400;
    ledger.cut();
    expect(await whileTimePasses(lines())).toEqual([]);
    expect(tokens.asked.length).toBe(before + 1);
    ledger.cut();
    expect(await whileTimePasses(lines())).toEqual([]);
    expect(tokens.asked.length).toBe(before + 1);
  });
});
