import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../shared/platform/canonical-json.ts';
import type { Json } from '../../shared/platform/wire.ts';

describe('canonical JSON', () => {
  it('is that of the example in RFC 8785', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '€$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts members by UTF-16 code units, also those that look like numbers', () => {
    expect(canonicalJson({ '10': 1, '9': 2, '\ud83d\ude02': 3, '\ufb33': 4, b: 5, B: 6 })).toBe(
      '{"10":1,"9":2,"B":6,"b":5,"\ud83d\ude02":3,"\ufb33":4}',
    );
  });

  it('leaves absent members out', () => {
    const absent: { a: number; b?: number } = { a: 1 };
    expect(canonicalJson({ ...absent, b: undefined } as unknown as Json)).toBe('{"a":1}'); // as a parsed definition has them
  });

  it('takes a date as its text', () => {
    const dated = { at: new Date(0) } as unknown as Json; // as a parsed request has it
    expect(canonicalJson(dated)).toBe(canonicalJson({ at: '1970-01-01T00:00:00.000Z' }));
  });

  it.each([
    ['NaN', Number.NaN],
    ['an infinity', [Number.POSITIVE_INFINITY]],
    ['a lone surrogate', { text: '\ud800' }],
    ['a name with one', { '\udc00': 1 }],
    ['nothing', undefined as unknown as Json], // what the types keep out
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(Error);
  });
});
