/** The change feed on Azure SQL: a writer that commits late is not passed over. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newStream, nextEvent, record } from '../../shared/events/record.ts';
import { listSeals, sealRecord } from '../../shared/events/seal.ts';
import { eventsAfter } from '../../shared/events/store.ts';
import { openWorld, type World } from '../world.ts';
import { migrated, openServer, type Server } from './a-server.ts';

let server: Server;
let world: World;
beforeEach(async () => {
  server = await openServer();
  await migrated(server);
  world = await openWorld(server.settings);
  server.follow(world.clock);
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const tell = (...streams: string[]) =>
  world.platform.db.transaction('tell', async (tx) => {
    const happening = { type: 'told', actor: 'ada', data: {} };
    for (const stream of streams) record(tx, nextEvent(tx, newStream(stream), happening));
  });

/** As though a transaction were still open that took this rowversion. */
const open = (version: number) => server.database.raw.function('min_active_rowversion', () => version);
const page = async (after: number, limit = 10) =>
  (await eventsAfter(world.platform.db.read, { after, limit })).map(({ stream, cursor }) => ({ stream, cursor }));

test('an event above one that may still come is shown after it', async () => {
  await tell('first');
  const [first = { cursor: 0 }] = await page(0);
  await tell('late');
  await tell('early');
  open(first.cursor + 1);
  expect(await page(0)).toEqual([{ stream: 'first', cursor: first.cursor }]);
  expect(await page(first.cursor)).toEqual([]);
  open(Number.MAX_SAFE_INTEGER);
  expect((await page(first.cursor)).map(({ stream }) => stream)).toEqual(['late', 'early']);
});

test('a seal ends below what may still come, and the next begins there', async () => {
  await tell('first');
  const [first = { cursor: 0 }] = await page(0);
  await tell('late', 'early');
  open(first.cursor + 1);
  await sealRecord(world.platform);
  open(Number.MAX_SAFE_INTEGER);
  await sealRecord(world.platform);
  const seals = await listSeals(world.platform.db.read);
  expect(seals.map(({ heads }) => heads.map(({ stream }) => stream))).toEqual([['first'], ['late', 'early']]);
});

test('events that share a cursor are never parted by a page', async () => {
  await tell('a', 'b', 'c');
  server.database.raw.exec("UPDATE events SET cursor = 9000 WHERE stream <> 'a'");
  open(Number.MAX_SAFE_INTEGER);
  const [a, ...others] = await page(0, 2);
  expect([a?.stream, others.map(({ stream }) => stream)]).toEqual(['a', ['b', 'c']]);
  expect(await page(9000, 2)).toEqual([]);
});
