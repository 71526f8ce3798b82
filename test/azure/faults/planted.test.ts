/** What the trials of row 4 are for: an engine that does one thing wrong is caught. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../../shared/platform/database/transactions.ts';
import { patient } from './desk.ts';
import { ordersFor } from './orders.ts';
import { openTheatre, type Theatre } from './theatre.ts';
import { referenceOf, tried } from './trial.ts';

const planted: Record<string, (real: Engine) => Engine['atomically']> = {
  'each statement is a transaction of its own': (real) => async (work) => {
    const time = await real.atomically(async (_, at) => at);
    return work(async (query) => ((await real.together([query]))[0] ?? []) as never[], time); // its rows
  },
  'a fault is taken for success': (real) => (work) => real.atomically(work).catch(() => undefined as never), // the bug
  'what was done is done again': (real) => async (work) => {
    await real.atomically(work);
    return real.atomically(work);
  },
  'a fault is not known to go away': (real) => (work) =>
    real.atomically(work).catch((error: unknown) => {
      throw new Error('something broke', { cause: error });
    }),
};

let plant: ((real: Engine) => Engine['atomically']) | undefined;
let theatre: Theatre;
beforeAll(async () => {
  const engine = (real: Engine): Engine => ({
    ...real,
    atomically: (work) => (plant?.(real) ?? real.atomically)(work),
  });
  theatre = await openTheatre({ patience: patient, engine });
}, 60_000);
afterEach(() => (plant = undefined));
afterAll(() => theatre.close());

test.each(Object.entries(planted))('%s', async (_, bug) => {
  const verb = theatre.verbs.find(({ name }) => name === 'issueKey');
  if (verb === undefined) throw new Error('there is no such verb');
  const reference = await referenceOf(theatre, verb);
  const orders = ordersFor(reference.steps).filter(({ how, times }) => how === 1205 && times === undefined);
  plant = bug;
  const complaints: string[] = [];
  for (const order of orders)
    if (complaints.length === 0) complaints.push(...(await tried(theatre, verb, order, reference)));
  expect(complaints).not.toEqual([]);
});
