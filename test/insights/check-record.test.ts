import { describe, expect, it } from 'vitest';
import { eventHash, genesis, type Event } from '../../shared/events/chain.ts';
import { checkRecord, type RecordSource } from '../../shared/insights/check-record.ts';
import { aChain, follow } from '../events/a-chain.ts';

const events = [...aChain('job_1', 3), ...aChain('agent:x', 2)].map((event, index) => ({
  ...event,
  cursor: index + 1,
}));
const headOf = (stream: string) => {
  const last = events.findLast((event) => event.stream === stream);
  if (last === undefined) throw new Error(`no ${stream}`);
  return { stream, version: last.number, head_hash: last.hash };
};
const heads = [headOf('job_1'), headOf('agent:x')];
const seal = {
  id: 'seal_1',
  at: new Date(0),
  through_cursor: 5,
  heads: heads.map(({ stream, version, head_hash }) => ({ stream, number: version, hash: head_hash })),
  key_id: 'k',
  signature: 's',
};

/** A source of these, two events a page. */
const source = (
  facts: { events?: (Event & { cursor: number })[] } & Partial<Omit<RecordSource, 'events'>> = {},
): RecordSource => {
  const { events: lines = events, ...rest } = facts;
  return {
    heads: async () => heads,
    seals: async () => [seal],
    signed: async () => true,
    events: async (after) => lines.filter(({ cursor }) => cursor > after).slice(0, 2),
    ...rest,
  };
};

describe('a whole record', () => {
  it('is counted and found whole', async () => {
    expect(await checkRecord(source())).toEqual({ events: 5, streams: 2, seals: 1, bad: null });
  });

  it('may be empty', async () => {
    const nothing = source({ events: [], heads: async () => [], seals: async () => [] });
    expect(await checkRecord(nothing)).toEqual({ events: 0, streams: 0, seals: 0, bad: null });
  });

  it('may grow while it is read', async () => {
    const fourth = follow('job_1', events[2]?.hash ?? '', 4);
    const newer = [{ ...headOf('job_1'), version: 4, head_hash: fourth.hash }, heads[1] ?? headOf('agent:x')];
    let reads = 0;
    const growing = source({
      events: [...events, { ...fourth, cursor: 6 }],
      heads: async () => (reads++ === 0 ? heads : newer),
    });
    expect((await checkRecord(growing)).bad).toBeNull();
  });
});

describe('the first bad line', () => {
  const badOf = async (facts: Parameters<typeof source>[0]) => (await checkRecord(source(facts))).bad;

  it('is an event that was changed', async () => {
    const changed = events.map((event) => (event.cursor === 2 ? { ...event, actor: 'bob' } : event));
    expect(await badOf({ events: changed })).toMatchObject({ stream: 'job_1', number: 2 });
  });

  it('is a row whose last events are gone', async () => {
    expect(await badOf({ events: events.filter(({ cursor }) => cursor !== 3), seals: async () => [] })).toEqual({
      stream: 'job_1',
      number: 3,
      what: 'the row is at version 3, its last event is 2',
    });
  });

  it('is a row that was changed without an event', async () => {
    const forged = [{ ...headOf('job_1'), head_hash: genesis }];
    expect(await badOf({ heads: async () => forged })).toMatchObject({
      stream: 'job_1',
      what: 'the row names another last hash',
    });
  });

  it('is a row that was set back, though its stream is whole', async () => {
    const back = [{ stream: 'job_1', version: 2, head_hash: events[1]?.hash ?? '' }];
    expect(await badOf({ heads: async () => back })).toMatchObject({ stream: 'job_1', number: 2 });
  });

  it('is a stream whose events and row were all written anew, as a seal remembers it', async () => {
    let previous = genesis;
    const anew = aChain('job_1', 3).map((event, index) => {
      const forged = { ...event, actor: 'bob' };
      previous = eventHash(previous, forged);
      return { ...forged, hash: previous, cursor: index + 1 };
    });
    const row = { stream: 'job_1', version: 3, head_hash: previous };
    const facts = { events: [...anew, ...events.slice(3)], heads: async () => [row] };
    expect(await badOf(facts)).toMatchObject({
      stream: 'job_1',
      number: 3,
      what: expect.stringContaining('seal_1') as string,
    });
    expect(await badOf({ ...facts, seals: async () => [] })).toBeNull();
  });

  it('is a seal by another key', async () => {
    expect(await badOf({ signed: async () => false })).toEqual({
      stream: 'seal_1',
      number: 0,
      what: 'its signature is not by the key that was given',
    });
  });

  it('is found before any later one', async () => {
    const both = events.map((event) =>
      event.cursor === 1 || event.cursor === 4 ? { ...event, type: 'forged' } : event,
    );
    expect(await badOf({ events: both, signed: async () => false })).toMatchObject({ stream: 'job_1', number: 1 });
  });
});
