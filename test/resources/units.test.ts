import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../shared/outcomes.ts';
import {
  inUnit,
  measureOf,
  neededUnits,
  offeredUnits,
  refuseUnknownUnits,
  unitsOf,
  type Measure,
} from '../../shared/resources/units.ts';

const builtIn = ['compute', 'memory', 'storage', 'gpu', 'network'];

const measured = (resource_type: string, unit: string): Measure => {
  const measure = measureOf(resource_type, unit);
  if (measure === undefined) throw new Error(`${unit} is no unit of ${resource_type}`);
  return measure;
};
const units = (amount: number, resource_type: string, unit: string) =>
  neededUnits(amount, measured(resource_type, unit));

const anyUnit = fc
  .constantFrom(...builtIn)
  .chain((resource_type) =>
    fc.record({ resource_type: fc.constant(resource_type), unit: fc.constantFrom(...unitsOf(resource_type)) }),
  );

describe('units', () => {
  it.each([
    [1, 'compute', 'cores', 1000],
    [0.5, 'compute', 'core', 500],
    [250, 'compute', 'millicores', 250],
    [4096, 'memory', 'MB', 4_096_000_000],
    [4, 'memory', 'GiB', 4_294_967_296],
    [1, 'storage', 'TB', 1e12],
    [1, 'storage', 'TiB', 2 ** 40],
    [7, 'memory', 'B', 7],
    [1, 'gpu', 'gpus', 1000],
    [2, 'gpu', 'count', 2000],
    [1, 'network', 'Gbps', 1_000_000],
    [10, 'network', 'Mbps', 10_000],
    [3, 'licences', 'seats', 3000],
    [2, 'archive', 'GB', 2_000_000_000],
  ])('%d of %s in %s are %d base units', (amount, resource_type, unit, expected) => {
    expect(units(amount, resource_type, unit)).toBe(expected);
  });

  it('may be written in any case', () => {
    expect(units(1, 'memory', 'gib')).toBe(units(1, 'memory', 'GiB'));
    expect(units(1, 'compute', 'CORES')).toBe(1000);
  });

  it('of a type have one base, and those of different types do not', () => {
    expect(new Set(builtIn.map((type) => measured(type, unitsOf(type)[0] ?? '').base)).size).toBe(4); // memory and storage share one
    fc.assert(
      fc.property(
        anyUnit,
        ({ resource_type, unit }) =>
          measured(resource_type, unit).base === measured(resource_type, unitsOf(resource_type)[0] ?? '').base,
      ),
    );
  });

  it('of one’s own convert into nothing else', () => {
    expect(measured('licences', 'seats').base).not.toBe(measured('licences', 'desks').base);
  });

  it('convert there and back', () => {
    fc.assert(
      fc.property(anyUnit, fc.integer({ min: 1, max: 8000 }), ({ resource_type, unit }, amount) => {
        const measure = measured(resource_type, unit);
        const thousandth = amount / 1000;
        expect(inUnit(neededUnits(amount, measure), measure)).toBe(amount);
        if (measure.factor % 1000 === 0)
          expect(neededUnits(thousandth, measure)).toBe((amount * measure.factor) / 1000);
      }),
    );
  });

  it('never round against the job, nor against the others', () => {
    fc.assert(
      fc.property(anyUnit, fc.double({ min: 1e-9, max: 8000, noNaN: true }), ({ resource_type, unit }, amount) => {
        const measure = measured(resource_type, unit);
        const [needed, offered] = [neededUnits(amount, measure), offeredUnits(amount, measure)];
        expect(Number.isSafeInteger(needed) && Number.isSafeInteger(offered)).toBe(true);
        expect(needed).toBeGreaterThan(0);
        expect(needed - offered).toBeLessThanOrEqual(1);
        expect(needed).toBeGreaterThanOrEqual(offered);
      }),
    );
  });

  it('take back what binary fractions add', () => {
    expect(units(0.29, 'compute', 'cores')).toBe(290);
    expect(offeredUnits(0.29, measured('compute', 'cores'))).toBe(290);
    expect(units(1.1, 'network', 'Mbps')).toBe(1100);
  });

  it('stop where whole numbers do', () => {
    expect(units(1e12, 'storage', 'TB')).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('a unit that a built-in type does not have', () => {
  const refusal = (asked: { resource_type: string; unit: string }[]) => {
    try {
      refuseUnknownUnits(asked);
      return undefined;
    } catch (error) {
      return error as Refusal;
    }
  };

  it('is refused with the units that would do, and where it stands', () => {
    const found = refusal([
      { resource_type: 'memory', unit: 'MB' },
      { resource_type: 'compute', unit: 'bananas' },
      { resource_type: 'gpu', unit: 'GB' },
    ]);
    expect(found).toBeInstanceOf(Refusal);
    expect(found?.code).toBe('unknown_unit');
    expect(found?.facts.errors).toEqual([
      {
        pointer: '/required_resources/1/unit',
        message: '"bananas" is not a unit of compute; use cores, core, millicores.',
      },
      { pointer: '/required_resources/2/unit', message: '"GB" is not a unit of gpu; use gpus, gpu, count.' },
    ]);
  });

  it('is fine for a type of one’s own', () => {
    expect(refusal([{ resource_type: 'licences', unit: 'bananas' }])).toBeUndefined();
    expect(refusal([])).toBeUndefined();
  });
});
