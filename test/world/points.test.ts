import { afterEach, beforeEach, expect, test } from 'vitest';
import { raiseActionItem } from '../../shared/access/action-items.ts';
import { insertActionItem } from '../../shared/access/store/action-items.ts';
import { openServer, type Server } from '../readiness/a-server.ts';
import { openWorld, type World } from '../world.ts';

let world: World;
let server: Server;
const passed: string[] = [];
beforeEach(async () => {
  passed.length = 0;
  server = await openServer(() => ({ status: 200 }));
  const stop = (point: string, where: string) => void passed.push(`${point} ${where}, ${world.rung.length} rung`);
  world = await openWorld({}, { stop: (...at) => (stop(...at), undefined) });
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const item = { code: 'planted', subject: 'nobody', detail: 'none' };

test('a transaction passes its points in their order, and its bells ring after the last but one', async () => {
  await world.platform.db.transaction('raise', async (tx) => {
    tx.ring('wake', 'somebody');
    await raiseActionItem(tx, item);
    await raiseActionItem(tx, { ...item, subject: 'another' });
  });
  expect(passed).toEqual([
    'before-begin raise, 0 rung',
    'in-transaction raise, 0 rung',
    'before-commit raise, 0 rung',
    'after-commit raise, 0 rung',
    'after-ring raise, 1 rung',
  ]);
});

test('so does a batch', async () => {
  await world.platform.db.batch('raise', (tx) => [insertActionItem(tx, { id: 'item_1', ...item })]);
  expect(passed.map((line) => line.split(' ')[0])).toEqual([
    'before-begin',
    'in-transaction',
    'before-commit',
    'after-commit',
    'after-ring',
  ]);
});

test('one that is refused gets no further than its refusal', async () => {
  const refused = world.platform.db.transaction('raise', async (tx) => {
    await raiseActionItem(tx, item);
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  // The second time in a savepoint.
  expect(new Set(passed)).toEqual(new Set(['before-begin raise, 0 rung', 'in-transaction raise, 0 rung']));
});

test('a call outward has one before it and one after it', async () => {
  await world.platform.outbound.call({ url: `${server.url}/ask` });
  const { host } = new URL(server.url);
  expect(passed).toEqual([`before-call ${host}, 0 rung`, `after-call ${host}, 0 rung`]);
});
