/** What is ordered to go wrong goes wrong at that place, and the driver's pool heals by itself. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDesk, type Desk } from './a-desk.ts';
import type { Failing, Order } from './faults.ts';

let desk: Desk;
/** Short enough to wait for; long enough for a busy machine to answer what comes after. */
const requestTimeout = 250;
beforeEach(async () => {
  desk = await openDesk({ requestTimeout: 5000 });
});
afterEach(() => desk.close());

const write = (text: string) => desk.pool.request().query(`write ${text}`);
const fails = async (order: Order, run: () => Promise<unknown>): Promise<unknown> => {
  const ordered = desk.standIn.faults.order(order);
  const error = await run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(ordered.met).toBe(1);
  return error;
};

const told: [how: Failing, error: object][] = [
  [40_613, { number: 40_613 }],
  ['reset', { code: expect.stringMatching(/^(ESOCKET|ECONNRESET)$/) }],
  ['silence', { code: 'ETIMEOUT' }],
  ['dead', { code: 'ETIMEOUT' }],
];

describe.each(told)('%s', (how, error) => {
  beforeEach(async () => {
    await desk.close();
    desk = await openDesk(how === 'silence' || how === 'dead' ? { requestTimeout } : {});
    await desk.pool.connect();
  });

  test('before a statement: it is not done, and the next one goes well', async () => {
    expect(await fails({ on: 'statement', how }, () => write('one'))).toMatchObject(error);
    await write('two');
    expect(desk.written).toEqual(['two']);
  });

  test('after a statement: it is done, and the next one goes well', async () => {
    expect(await fails({ on: 'statement', when: 'after', how }, () => write('one'))).toMatchObject(error);
    await write('two');
    expect(desk.written).toEqual(['one', 'two']);
  });

  test('before a commit: nothing is done', async () => {
    expect(await fails({ on: 'commit', how }, () => desk.transaction('one'))).toMatchObject(error);
    await write('two');
    expect(desk.written).toEqual(['two']);
  });

  test('after a commit: everything is done', async () => {
    expect(await fails({ on: 'commit', when: 'after', how }, () => desk.transaction('one'))).toMatchObject(error);
    await write('two');
    expect(desk.written).toEqual(['one', 'two']);
  });

  test('at a begin: nothing is open, and the next statement goes well', async () => {
    expect(await fails({ on: 'begin', how }, () => desk.transaction('one'))).toMatchObject(error);
    await write('two');
    expect(desk.written).toEqual(['two']);
  });
});

describe('in mid-result', () => {
  beforeEach(() => desk.pool.connect());

  test.each(told.slice(0, 2))('%s is told, not half of the rows', async (how, error) => {
    const asked = () => desk.pool.request().query('count 1000');
    expect(await fails({ on: 'statement', when: 'mid', how }, asked)).toMatchObject(error);
    const { recordset } = await asked();
    expect(recordset).toHaveLength(1000);
  });

  test('the driver has no time limit of its own for silence: a cancel ends it', async () => {
    const request = desk.pool.request();
    const ordered = desk.standIn.faults.order({ on: 'statement', when: 'mid', how: 'silence' });
    const asked = request.query('count 1000');
    setTimeout(() => request.cancel(), 150);
    await expect(asked).rejects.toMatchObject({ code: 'ECANCEL' });
    expect(ordered.met).toBe(1);
    await write('two');
  });
});

describe('at a connect', () => {
  test.each<[string, Order, object]>([
    ['a cut at its first message', { on: 'connect', how: 'reset' }, { code: 'ESOCKET' }],
    ['a cut at its login', { on: 'connect', when: 'after', how: 'reset' }, { code: 'ESOCKET' }],
    ['silence', { on: 'connect', how: 'silence' }, { code: 'ETIMEOUT' }],
    ['silence after its login', { on: 'connect', when: 'after', how: 'dead' }, { code: 'ETIMEOUT' }],
    ['an error that the driver does not try again', { on: 'connect', how: 18_456 }, { code: 'ELOGIN' }],
  ])('%s refuses it, and the next goes well', async (_, order, error) => {
    expect(await fails(order, () => desk.pool.connect())).toMatchObject(error);
    await desk.pool.connect();
    await write('one');
    expect(desk.written).toEqual(['one']);
  });

  test('the driver itself tries again after an error that is known to pass', async () => {
    const { faults, asked } = desk.standIn;
    faults.order({ on: 'connect', how: 40_613, times: 2 });
    await desk.pool.connect();
    await write('one');
    expect(asked.filter(({ kind }) => kind === 'connect')).toHaveLength(4);
  });
});

describe('an order', () => {
  beforeEach(() => desk.pool.connect());

  test('may skip, repeat, choose a text and be withdrawn', async () => {
    const { faults } = desk.standIn;
    const ordered = faults.order({ on: 'statement', how: 1205, text: /write b/, skip: 1, times: 2 });
    const outcomes: string[] = [];
    for (const text of ['a1', 'b1', 'b2', 'a2', 'b3', 'b4']) {
      outcomes.push(
        await write(text).then(
          () => text,
          () => '-',
        ),
      );
    }
    expect([outcomes, ordered.met]).toEqual([['a1', 'b1', '-', 'a2', '-', 'b4'], 2]);
    const other = faults.order({ on: 'statement', how: 1205 });
    other.withdraw();
    await write('c');
    expect(desk.written).toEqual(['a1', 'b1', 'a2', 'b4', 'c']);
  });

  test('may end the connection after its error', async () => {
    const order: Order = { on: 'statement', how: 40_197, closes: true };
    expect(await fails(order, () => write('one'))).toMatchObject({ number: 40_197, class: 20 });
    await write('two').catch(() => write('two')); // the end may come after the next request has gone
    expect(desk.written).toEqual(['two']);
  });
});
