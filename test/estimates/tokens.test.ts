import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTokens, slicesOf } from '../../shared/estimates/tokens.ts';

describe('countTokens', () => {
  it('counts as the encoding o200k_base does', async () => {
    expect(await countTokens('')).toBe(0);
    expect(await countTokens('hello world')).toBe(2);
    expect(await countTokens('The quick brown fox jumps over the lazy dog.')).toBe(10);
  });

  it('takes the special words of models for plain text', async () => {
    expect(await countTokens('<|endoftext|>')).toBe(7);
  });

  it('takes lone surrogates and unbroken runs of any length', async () => {
    expect(await countTokens('\ud800')).toBeGreaterThan(0);
    expect(await countTokens('a'.repeat(900_000))).toBeGreaterThan(10_000);
  });
});

describe('slicesOf', () => {
  it('cuts into at most 2,048 characters, loses none and parts no surrogate pair', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '😀', ' ', 'é'), minLength: 0, maxLength: 9000, size: 'max' });
    fc.assert(
      fc.property(text, (given) => {
        const slices = [...slicesOf(given)];
        expect(slices.join('')).toBe(given);
        expect(slices.every((slice) => slice.length > 0 && slice.length <= 2048 && slice.isWellFormed())).toBe(true);
      }),
    );
  });
});
