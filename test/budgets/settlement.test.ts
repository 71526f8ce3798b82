import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitUsage, releaseRest, type Held } from '../../shared/budgets/settlement.ts';

const held = (reserved_micros: number, spent_micros = 0): Held => ({ reserved_micros, spent_micros });

describe('usage', () => {
  it('moves money from what is reserved to what is spent', () => {
    expect(commitUsage(held(100), 30)).toEqual({ held: held(70, 30), released: 30, spent: 30, overrun: false });
  });

  it('is a total, so that only what is new counts', () => {
    expect(commitUsage(held(70, 30), 50)).toEqual({ held: held(50, 50), released: 20, spent: 20, overrun: false });
  });

  it('that has shrunk, or is said twice, changes nothing', () => {
    expect(commitUsage(held(70, 30), 30)).toEqual({ held: held(70, 30), released: 0, spent: 0, overrun: false });
    expect(commitUsage(held(70, 30), 10)).toEqual({ held: held(70, 30), released: 0, spent: 0, overrun: false });
  });

  it('up to the last micro-dollar is no overrun; one more is, and counts', () => {
    expect(commitUsage(held(70, 30), 100)).toMatchObject({ held: held(0, 100), overrun: false });
    expect(commitUsage(held(70, 30), 101)).toEqual({ held: held(0, 101), released: 70, spent: 71, overrun: true });
  });

  it('of a job that reserved nothing is an overrun', () => {
    expect(commitUsage(held(0), 1)).toEqual({ held: held(0, 1), released: 0, spent: 1, overrun: true });
  });
});

describe('the rest', () => {
  it('is given back, and nothing more is spent', () => {
    expect(releaseRest(held(70, 30))).toEqual({ held: held(0, 30), released: 70, spent: 0, overrun: false });
  });
});

describe('for any reservation and any reports', () => {
  const micros = fc.nat(2_000_000);
  const reports = fc.array(micros, { maxLength: 30 });

  it('nothing is negative, nothing is lost, and spent is the highest report', () => {
    fc.assert(
      fc.property(micros, reports, (reserved, totals) => {
        let now = held(reserved);
        const budget = { reserved, spent: 0 };
        let overran = false;
        for (const total of totals) {
          const { held: after, released, spent, overrun } = commitUsage(now, total);
          overran ||= overrun;
          budget.reserved -= released;
          budget.spent += spent;
          expect(
            Math.min(released, spent, after.reserved_micros, after.spent_micros, budget.reserved),
          ).toBeGreaterThanOrEqual(0);
          expect(after.reserved_micros + after.spent_micros).toBe(Math.max(reserved, after.spent_micros));
          expect([budget.reserved, budget.spent]).toEqual([after.reserved_micros, after.spent_micros]);
          now = after;
        }
        const highest = Math.max(0, ...totals);
        expect(now.spent_micros).toBe(highest);
        expect(overran).toBe(highest > reserved);
        expect(budget.reserved - releaseRest(now).released).toBe(0);
      }),
    );
  });

  it('reports may come one by one or only the last of them', () => {
    fc.assert(
      fc.property(micros, reports, (reserved, totals) => {
        const one = totals.reduce((now, total) => commitUsage(now, total).held, held(reserved));
        expect(one).toEqual(commitUsage(held(reserved), Math.max(0, ...totals)).held);
      }),
    );
  });
});
