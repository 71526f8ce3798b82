import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pickToWake, type Waiting } from '../../shared/road/pick-to-wake.ts';

const waits = (id: string, facts: Partial<Waiting> = {}): Waiting => ({
  id,
  category: 'data',
  priority: 5,
  waits_amount: 1,
  ...facts,
});

describe('who goes on when there is room', () => {
  it('is the most urgent first', () => {
    const waiting = [waits('a', { priority: 9 }), waits('b', { priority: 1 }), waits('c', { priority: 5 })];
    expect(pickToWake(waiting, 2)).toEqual(['b', 'c']);
  });

  it('takes turns between categories, the oldest of each first', () => {
    const waiting = [
      waits('a1'),
      waits('a2'),
      waits('a3'),
      waits('b4', { category: 'security' }),
      waits('b5', { category: 'security' }),
      waits('c6', { category: 'brand' }),
    ];
    expect(pickToWake(waiting, undefined)).toEqual(['a1', 'b4', 'c6', 'a2', 'b5', 'a3']);
    expect(pickToWake(waiting, 3)).toEqual(['a1', 'b4', 'c6']);
  });

  it('puts priority before the turn of its category', () => {
    const waiting = [waits('a1', { priority: 1 }), waits('a2', { priority: 1 }), waits('b3', { category: 'security' })];
    expect(pickToWake(waiting, 2)).toEqual(['a1', 'a2']);
  });

  it('is everybody where room is not counted', () => {
    expect(pickToWake([waits('a', { waits_amount: 1e12 }), waits('b', { waits_amount: null })], undefined)).toEqual([
      'a',
      'b',
    ]);
  });

  it('is nobody without room, not even who needs nothing', () => {
    expect(pickToWake([waits('a'), waits('b', { waits_amount: 0 })], -1)).toEqual([]);
    expect(pickToWake([], 5)).toEqual([]);
  });

  it('lets a smaller job use what is too small for a larger one', () => {
    const waiting = [waits('large', { priority: 1, waits_amount: 10 }), waits('small', { waits_amount: 3 })];
    expect(pickToWake(waiting, 5)).toEqual(['small']);
    expect(pickToWake(waiting, 13)).toEqual(['large', 'small']);
  });
});

describe('for any queue', () => {
  const queue = fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 4 }),
      category: fc.constantFrom('data', 'security', 'brand'),
      priority: fc.integer({ min: 1, max: 3 }),
      waits_amount: fc.option(fc.nat(20)),
    }),
    { selector: ({ id }) => id, maxLength: 25 },
  );

  it('those who are woken fit, each once, and nobody left out would still fit', () => {
    fc.assert(
      fc.property(queue, fc.nat(100), (waiting, room) => {
        const woken = pickToWake(waiting, room);
        const amountOf = new Map(waiting.map(({ id, waits_amount }) => [id, waits_amount ?? 0]));
        const left = woken.reduce((rest, id) => rest - (amountOf.get(id) ?? 0), room);
        expect(new Set(woken).size).toBe(woken.length);
        expect(left).toBeGreaterThanOrEqual(0);
        const out = waiting.filter(({ id }) => !woken.includes(id));
        expect(out.every(({ waits_amount }) => (waits_amount ?? 0) > left)).toBe(true);
      }),
    );
  });

  it('with room for all, priorities are in order, and no category is ahead of another by more than one', () => {
    fc.assert(
      fc.property(queue, (waiting) => {
        const byId = new Map(waiting.map((job) => [job.id, job]));
        const woken = pickToWake(waiting, undefined).flatMap((id) => byId.get(id) ?? []);
        expect(woken.length).toBe(waiting.length);
        expect(woken.map(({ priority }) => priority)).toEqual(
          waiting.map(({ priority }) => priority).toSorted((a, b) => a - b),
        );
        for (const priority of [1, 2, 3]) {
          const level = woken.filter((job) => job.priority === priority);
          const total = (category: string) => level.filter((job) => job.category === category).length;
          const seen = new Map<string, number>();
          for (const { category } of level) {
            const turn = (seen.get(category) ?? 0) + 1;
            seen.set(category, turn);
            const behind = ['data', 'security', 'brand'].filter(
              (other) => (seen.get(other) ?? 0) < Math.min(turn - 1, total(other)),
            );
            expect(behind).toEqual([]);
          }
        }
      }),
    );
  });

  it('the order in which they are listed does not matter', () => {
    fc.assert(
      fc.property(queue, fc.nat(100), (waiting, room) => {
        expect(pickToWake(waiting.toReversed(), room).toSorted()).toEqual(
          pickToWake(
            waiting.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
            room,
          ).toSorted(),
        );
      }),
    );
  });
});
