import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventFeed, streamEvents } from '../../shared/events/feed.ts';
import { newStream, nextEvent, record, type StreamHead } from '../../shared/events/record.ts';
import { sealRecord } from '../../shared/events/seal.ts';
import { allSeals, eventsAfter } from '../../shared/events/store.ts';
import { ChainCheck, sealText } from '../../shared/events/verify.ts';
import { openWorld, type World } from '../world.ts';

let world: World;
let heads: Map<string, StreamHead>;
beforeEach(async () => {
  world = await openWorld();
  heads = new Map();
});
afterEach(() => world.close());

/** Something happens to `stream`. */
async function happen(stream: string, data: Record<string, string> = {}): Promise<void> {
  const { number, hash } = await world.platform.db.transaction('happen', async (tx) => {
    const event = nextEvent(tx, heads.get(stream) ?? newStream(stream), { type: 'moved', actor: 'ann', data });
    record(tx, event);
    return event;
  });
  heads.set(stream, { stream, version: number, head_hash: hash });
}
const read = () => world.platform.db.read;
const never = new AbortController().signal;
const feed = (after: number, wait_seconds = 0, signal = never) =>
  eventFeed(world.platform, { after, limit: 10, wait_seconds }, signal);

describe('the record', () => {
  it('comes back from the database as it was hashed', async () => {
    await happen('job_1', { text: 'ä\u2028"\\', empty: '' });
    await happen('job_1');
    const check = new ChainCheck();
    const events = await eventsAfter(read(), { after: 0, limit: 10 });
    expect(events.map((event) => check.add(event))).toEqual([undefined, undefined]);
    expect(events[0]).toMatchObject({ stream: 'job_1', number: 1, at: world.clock.now(), actor: 'ann', trace: null });
  });

  it('takes any number of events of one transaction', async () => {
    await world.platform.db.transaction('many', async (tx) => {
      for (let i = 0; i < 250; i++) {
        record(tx, nextEvent(tx, newStream(`job_${i}`), { type: 'moved', actor: 'ann', data: {} }));
      }
    });
    const events = await eventsAfter(read(), { after: 0, limit: 300 });
    expect(events.map(({ stream }) => stream)).toEqual(Array.from({ length: 250 }, (_, i) => `job_${i}`));
  });

  it('takes no second event of the same number', async () => {
    await happen('job_1');
    heads.clear();
    await expect(happen('job_1')).rejects.toThrow('UNIQUE');
  });
});

describe('the feed', () => {
  it('gives what came after a cursor, oldest first, a page at a time', async () => {
    for (let index = 0; index < 12; index++) await happen(`job_${index}`);
    const first = await feed(0);
    expect(first.map(({ stream }) => stream)).toEqual(Array.from({ length: 10 }, (_, index) => `job_${index}`));
    expect((await feed(first.at(-1)?.cursor ?? 0)).map(({ stream }) => stream)).toEqual(['job_10', 'job_11']);
    expect(await feed(1000)).toEqual([]);
  });

  it('waits for the first event, and no longer', async () => {
    const waiting = feed(0, 30);
    await world.advance(1);
    await happen('job_1');
    expect(await waiting).toHaveLength(1);
    expect(world.clock.now().toISOString()).toBe('2026-03-01T12:00:01.000Z');
  });

  it('gives up after the time it was told', async () => {
    const waiting = feed(0, 5);
    await world.advance(5);
    expect(await waiting).toEqual([]);
  });

  it('gives up when its caller has gone', async () => {
    const caller = new AbortController();
    const waiting = feed(0, 30, caller.signal);
    caller.abort();
    expect(await waiting).toEqual([]);
  });

  it('of one stream is in its order, after a number', async () => {
    for (const stream of ['job_1', 'job_2', 'job_1', 'job_1']) await happen(stream);
    const events = await streamEvents(read(), { stream: 'job_1', after: 1, limit: 10 });
    expect(events.map(({ number }) => number)).toEqual([2, 3]);
  });
});

describe('a seal', () => {
  it('names the last event of each stream that changed since the one before, signed', async () => {
    for (const stream of ['job_1', 'job_2', 'job_1']) await happen(stream);
    await sealRecord(world.platform);
    await world.advance(86_400);
    await happen('job_1');
    await sealRecord(world.platform);
    const seals = await allSeals(read(), {});
    expect(
      seals.map(({ heads: named, through_cursor }) => [
        through_cursor,
        named.map(({ stream, number }) => `${stream} ${number}`),
      ]),
    ).toEqual([
      [3, ['job_2 1', 'job_1 2']],
      [4, ['job_1 3']],
    ]);
    for (const seal of seals) expect(await world.platform.sealer.verify(sealText(seal), seal)).toBe(true);
    const [first] = seals;
    if (first === undefined) throw new Error('there is no seal');
    expect(await world.platform.sealer.verify(sealText({ ...first, through_cursor: 2 }), first)).toBe(false);
  });

  it('is not made where nothing is new, and once where two make it', async () => {
    await sealRecord(world.platform);
    expect(await allSeals(read(), {})).toEqual([]);
    await happen('job_1');
    await Promise.all([sealRecord(world.platform), sealRecord(world.platform)]);
    await sealRecord(world.platform);
    expect(await allSeals(read(), {})).toHaveLength(1);
  });
});
