import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventHash, genesis, type Event } from '../../shared/events/chain.ts';
import { ChainCheck, sealText } from '../../shared/events/verify.ts';
import { aChain, follow, verified } from './a-chain.ts';

describe('the hash of an event', () => {
  it('covers the hash before it and everything it says, so that others can compute it', () => {
    const [, second] = aChain('job_1', 2);
    const text =
      '{"actor":"ann","at":"2026-03-01T12:00:02.000Z","data":{"step":2},"number":2,"stream":"job_1","trace":null,"type":"moved"}';
    const first = follow('job_1', genesis, 1);
    expect(second?.hash).toBe(
      createHash('sha256')
        .update(first.hash + text)
        .digest('hex'),
    );
  });

  it('does not depend on the order of members in its data', () => {
    const event = follow('job_1', genesis, 1);
    const other = { ...event, data: { b: 1, a: { d: 1, c: 2 } } };
    expect(eventHash(genesis, other)).toBe(eventHash(genesis, { ...event, data: { a: { c: 2, d: 1 }, b: 1 } }));
  });
});

describe('a record that is whole', () => {
  it('verifies, whatever the order of its streams', () => {
    const [a, b] = [aChain('job_1', 3), aChain('agent:x', 2)];
    expect(verified([a[0], b[0], b[1], a[1], a[2]])).toBeUndefined();
  });

  it('counts its events and knows the end of each stream', () => {
    const check = new ChainCheck();
    for (const event of [...aChain('job_1', 3), ...aChain('agent:x', 2)]) check.add(event);
    expect([check.count, [...check.ends.values()].map(({ stream, number }) => [stream, number])]).toEqual([
      5,
      [
        ['job_1', 3],
        ['agent:x', 2],
      ],
    ]);
  });
});

const tampered: [what: string, change: Partial<Event>][] = [
  ['stream', { stream: 'job_2' }],
  ['number', { number: 7 }],
  ['type', { type: 'approved' }],
  ['at', { at: new Date('2026-03-01T12:00:03.001Z') }],
  ['actor', { actor: 'bob' }],
  ['trace', { trace: '00-1-1-01' }],
  ['data', { data: { step: 3, more: true } }],
  ['hash', { hash: genesis }],
];

describe('the first bad line is named', () => {
  const chain = aChain('job_1', 5);

  it.each(tampered)('where the %s of an event was changed', (what, change) => {
    const bad = verified(chain.with(2, { ...follow('job_1', chain[1]?.hash ?? '', 3), ...change }));
    const where = { stream: change.stream ?? 'job_1', number: change.number ?? 3 };
    const missing = what === 'stream' ? 'event 1 is missing' : 'event 3 is missing';
    const content = 'its content does not give its hash';
    expect(bad).toEqual({ ...where, what: what === 'stream' || what === 'number' ? missing : content });
  });

  it('is tested for every member of an event', () => {
    expect(tampered.map(([what]) => what).toSorted()).toEqual(Object.keys(chain[0] ?? {}).toSorted());
  });

  it('where the content was changed and the hash made to fit, at the line after', () => {
    const forged = { ...follow('job_1', chain[1]?.hash ?? '', 3), actor: 'bob' };
    const fitting = { ...forged, hash: eventHash(chain[1]?.hash ?? '', forged) };
    expect(verified(chain.with(2, fitting))).toEqual({
      stream: 'job_1',
      number: 4,
      what: 'its content does not give its hash',
    });
  });

  it.each([0, 1, 3])('where event %d was dropped, at the line after', (index) => {
    expect(verified(chain.toSpliced(index, 1))).toEqual({
      stream: 'job_1',
      number: index + 2,
      what: `event ${index + 1} is missing`,
    });
  });

  it('where two were swapped, at the first of them', () => {
    const [one, two, three, four, five] = chain;
    expect(verified([one, three, two, four, five])).toEqual({ stream: 'job_1', number: 3, what: 'event 2 is missing' });
  });

  it('where one was added in between, at the added one', () => {
    const [one, two, ...rest] = chain;
    expect(verified([one, two, two, ...rest])).toMatchObject({ stream: 'job_1', number: 2 });
    const added = follow('job_1', two?.hash ?? '', 3);
    expect(
      verified([
        one,
        two,
        { ...added, actor: 'bob', hash: eventHash(two?.hash ?? '', { ...added, actor: 'bob' }) },
        ...rest,
      ]),
    ).toMatchObject({
      number: 3,
    });
  });

  it('for any change of any single event', () => {
    const anyChange = fc.constantFrom(...tampered.map(([, change]) => change));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(11), anyChange, (length, at, change) => {
        const whole = aChain('job_1', length);
        const index = at % length;
        const bad = verified(whole.map((event, place) => (place === index ? { ...event, ...change } : event)));
        const same = isDeepStrictEqual({ ...whole[index], ...change }, whole[index]);
        expect(bad === undefined).toBe(same);
      }),
    );
  });
});

describe('a row', () => {
  const chain = aChain('job_1', 3);
  const check = new ChainCheck();
  for (const event of chain) check.add(event);
  const head_hash = chain[2]?.hash ?? '';

  it('at its last event is right', () => {
    expect(check.checkRow({ stream: 'job_1', version: 3, head_hash })).toBeUndefined();
  });

  it.each([
    [
      'whose last event is gone',
      { stream: 'job_1', version: 4, head_hash },
      'the row is at version 4, its last event is 3',
    ],
    ['that was set back', { stream: 'job_1', version: 2, head_hash }, 'the row is at version 2, its last event is 3'],
    ['with another hash', { stream: 'job_1', version: 3, head_hash: genesis }, 'the row names another last hash'],
    ['without events', { stream: 'job_9', version: 1, head_hash }, 'the row has no events'],
  ])('%s is named', (_, row, what) => {
    expect(check.checkRow(row)).toEqual({ stream: row.stream, number: row.version, what });
  });
});

describe('a seal', () => {
  const chain = aChain('job_1', 3);
  const check = new ChainCheck();
  for (const event of chain) check.add(event);
  const seal = (number: number, hash: string) =>
    check.checkSeal({ id: 'seal_1', heads: [{ stream: 'job_1', number, hash }] });

  it('holds where what it named still stands, though more has happened', () => {
    expect(seal(2, chain[1]?.hash ?? '')).toBeUndefined();
  });

  it('tells that its part of the record was written anew, or is gone', () => {
    const what = 'seal seal_1 names another hash, or an event that is gone';
    expect(seal(2, genesis)).toMatchObject({ stream: 'job_1', number: 2, what });
    expect(seal(4, chain[2]?.hash ?? '')).toMatchObject({ stream: 'job_1', number: 4, what });
  });

  it('signs its id, its time, its cursor and every head', () => {
    const one = {
      id: 'seal_1',
      at: new Date(0),
      through_cursor: 3,
      heads: [{ stream: 'job_1', number: 2, hash: 'aa' }],
    };
    const texts = [
      one,
      { ...one, id: 'seal_2' },
      { ...one, at: new Date(1) },
      { ...one, through_cursor: 4 },
      { ...one, heads: [] },
      { ...one, heads: [{ stream: 'job_2', number: 2, hash: 'aa' }] },
      { ...one, heads: [{ stream: 'job_1', number: 3, hash: 'aa' }] },
      { ...one, heads: [{ stream: 'job_1', number: 2, hash: 'ab' }] },
    ].map(sealText);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
