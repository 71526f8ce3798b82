/** The decision about two transactions, with plain values. */
import { describe, expect, it } from 'vitest';
import { everyRule, interleaved, type Touch } from './interleave.ts';

const touch = (kind: Touch['kind'], more: Partial<Touch> = {}): Touch => ({
  ...{ row: 0, kind, reads: new Set(), writes: new Set(), adds: new Set(), guards: new Map(), sets: new Map() },
  ...{ skips: false, found: undefined, moment: 0 },
  ...more,
});
const read = (row = 0, moment = 1) => touch('read', { row, moment, reads: new Set(['state', 'version']) });
const lock = (row = 0) => touch('lock', { row, reads: new Set(['state', 'version']) });
const write = (more: Partial<Touch> = {}) => touch('update', { writes: new Set(['state', 'version']), ...more });
const guarded = write({ guards: new Map([['version', 1]]) });
const insert = (row = 0) => touch('insert', { row, writes: new Set(['*']) });
const outcome = (...sides: [Touch[], Touch[]]) => [...interleaved(...sides)].toSorted();

describe('two transactions', () => {
  it('lose a write that neither saw the other make', () => {
    expect(outcome([read(), write()], [read(), write()])).toContain('lost update');
  });

  it('lose none where both lock the row first, or write by the version that they have read', () => {
    expect(outcome([lock(), write()], [lock(), write()])).toEqual([]);
    expect(outcome([read(), guarded], [read(), guarded])).toEqual([]);
  });

  it('need a guard or a lock on both sides', () => {
    expect(outcome([read(), write()], [lock(), write()])).toContain('lost update');
    expect(outcome([read(), write()], [read(), guarded])).toContain('lost update');
  });

  it('skew what they write to different rows by what both have read', () => {
    const [one, other] = [read(0), read(1)];
    expect(outcome([one, other, write({ row: 0 })], [one, other, write({ row: 1 })])).toEqual(['write skew']);
    expect(outcome([lock(2), one, other, write({ row: 0 })], [lock(2), one, other, write({ row: 1 })])).toEqual([]);
  });

  it('see one another in parts, unless they look at one moment', () => {
    const both = [write({ row: 0 }), write({ row: 1 })];
    expect(outcome([read(0, 1), read(1, 2)], both)).toEqual(['mixed view']);
    expect(outcome([read(0, 1), read(1, 1)], both)).toEqual([]);
  });

  it('may add to the same column in any order', () => {
    const add = write({ writes: new Set(['spent']), adds: new Set(['spent']) });
    expect(outcome([read(1), add, write({ row: 1 })], [add])).toEqual([]);
  });

  it('are held apart by a word that must be as it was', () => {
    const take = write({ guards: new Map([['state', 'queued']]), sets: new Map([['state', 'running']]) });
    const end = write({ sets: new Map([['state', 'cancelled']]) });
    expect(outcome([read(), take], [read(), take])).toEqual([]);
    expect(outcome([read(), take], [end])).toEqual([]);
    expect(outcome([read(), take], [write()])).toContain('lost update'); // nobody knows which word it writes
  });

  it('cannot both insert a key', () => {
    const absent = touch('read', { reads: new Set(['id']), found: false });
    expect(outcome([absent, insert()], [absent, insert()])).toEqual([]);
    const rules = { ...everyRule, unique: false, locks: false };
    expect([...interleaved([absent, insert()], [absent, insert()], rules)]).toContain('write skew');
  });

  it('cannot have one find a row where the other finds none', () => {
    const missing = touch('read', { reads: new Set(['state']), found: false });
    const found = touch('update', { writes: new Set(['state']), reads: new Set(['state']), found: true });
    expect(outcome([missing, insert()], [found])).toEqual([]);
  });

  it('stand still where each waits for the other', () => {
    expect(outcome([lock(0), lock(1)], [lock(1), lock(0)])).toEqual(['deadlock']);
    expect(outcome([lock(0), lock(1)], [lock(0), lock(1)])).toEqual([]);
  });

  it('stand still for the row that an inserted one refers to, which is asked for without being kept', () => {
    const check = touch('check', { row: 0, reads: new Set(['id']) });
    expect(outcome([lock(0), lock(1)], [lock(1), check])).toEqual(['deadlock']);
    expect(outcome([lock(0), lock(1)], [check, lock(1)])).toEqual([]);
  });

  it('do not wait for what they pass over', () => {
    const passing = write({ row: 0, skips: true });
    expect(outcome([lock(0), lock(1)], [lock(1), passing])).toEqual([]);
  });
});
