import { describe, expect, it } from 'vitest';
import { chooseResources } from '../../shared/resources/choose.ts';
import { aNeed, aResource } from './a-resource.ts';

const choose = (needs: Parameters<typeof chooseResources>[0], rows: Parameters<typeof chooseResources>[1]) =>
  chooseResources(needs, rows).map(({ name, units, problem }) => ({ name, units, problem: problem?.reason ?? null }));

describe('a need', () => {
  it('is served by the resource of its name', () => {
    const rows = [aResource({ name: 'big', capacity: 64_000 }), aResource({ name: 'small' })];
    expect(choose([aNeed({ resource_type: 'small' })], rows)).toEqual([{ name: 'small', units: 1000, problem: null }]);
  });

  it('is served by the resource of its type with the most room, where none has its name', () => {
    const rows = [
      aResource({ name: 'a', allocated: 7500 }),
      aResource({ name: 'b', allocated: 5000 }),
      aResource({ name: 'c', allocated: 6000 }),
    ];
    expect(choose([aNeed()], rows)[0]?.name).toBe('b');
  });

  it('does not get what another need has taken', () => {
    const rows = [aResource({ name: 'a', capacity: 3000 }), aResource({ name: 'b', capacity: 2000 })];
    const found = choose([aNeed({ amount: 2 }), aNeed({ amount: 2 }), aNeed({ amount: 2 })], rows);
    expect(found.map(({ name }) => name)).toEqual(['a', 'b', null]);
  });

  it('that must be met comes before one that need not', () => {
    const rows = [aResource({ capacity: 1000 })];
    const found = chooseResources([aNeed({ fallback_available: true }), aNeed({ required: false }), aNeed()], rows);
    expect(found.map(({ optional, name }) => [optional, name])).toEqual([
      [false, 'cpu_pool'],
      [true, null],
      [true, null],
    ]);
  });

  it('converts into the unit that the resource is registered in', () => {
    const memory = aResource({ name: 'ram', resource_type: 'memory', unit: 'GiB', capacity: 4 * 2 ** 30 });
    expect(choose([aNeed({ resource_type: 'memory', amount: 4096, unit: 'MB' })], [memory])).toEqual([
      { name: 'ram', units: 4_096_000_000, problem: null },
    ]);
  });

  it('in the unit of the type behind a name converts too', () => {
    const pool = aResource({ name: 'pool', resource_type: 'memory', unit: 'GB', capacity: 2e9 });
    expect(choose([aNeed({ resource_type: 'pool', amount: 500, unit: 'MB' })], [pool])[0]?.name).toBe('pool');
  });
});

describe('a need that cannot be served', () => {
  it('says that nothing is registered', () => {
    const [found] = chooseResources([aNeed({ resource_type: 'gpu', unit: 'gpus' })], []);
    expect(found?.problem).toEqual({
      reason: 'No resource "gpu" is registered.',
      remedy: 'Register one with POST /v1/deployment/resources/register.',
    });
  });

  it('says how much there is, and whether waiting can help', () => {
    const rows = [aResource({ allocated: 7500 })];
    const problem = (amount: number) => chooseResources([aNeed({ amount })], rows)[0]?.problem;
    expect(problem(2)).toEqual({
      reason: 'The job needs 2 cores and "cpu_pool" has 0.5 cores of 8 cores free.',
      remedy: 'Raise its capacity, or wait for running jobs to end.',
    });
    expect(problem(9)?.remedy).toBe('Raise its capacity, or ask for less.');
  });

  it('says which unit would do', () => {
    const seats = aResource({ name: 'seats', resource_type: 'licences', unit: 'seats' });
    const problem = (unit: string, rows = [seats]) =>
      chooseResources([aNeed({ resource_type: rows[0]?.name, unit })], rows)[0]?.problem;
    expect(problem('desks')).toEqual({
      reason: 'The resource "seats" is counted in seats, which "desks" does not convert into.',
      remedy: 'Ask for it in seats.',
    });
    expect(problem('desks', [aResource()])).toEqual({
      reason: '"desks" is not a unit of compute; use cores, core, millicores.',
      remedy: 'Ask for it in cores.',
    });
  });
});
