import { expect, it } from 'vitest';
import { isLinear } from '../../shared/messages/linear-pattern.ts';

it.each([
  '^',
  '^$',
  '^abc$',
  '^[A-Z]{3}-\\d+$',
  '^sha256:[0-9a-f]{64}$',
  '^https?://',
  '^-?\\d+$',
  '^[^/]*$',
  '^\\[.\\]$',
  '^a\\$',
])('%s is taken', (pattern) => {
  expect(isLinear(pattern)).toBe(true);
  expect(() => new RegExp(pattern, 'u')).not.toThrow();
});

it.each([
  ...[
    'abc',
    '^(a+)+$',
    '^(a|a)*$',
    '^a*a*$',
    '^a+b{2,}$',
    '^a{1,5}b{1,5}',
    '^(?=a)',
    '^a|b',
    '^\\bx',
    '^(x)\\1',
    '^a+?',
  ],
  ...['^a{101}', '^a{60}b{60}', '^a?b?c?', '^[a', '^a**', '^{2}', '^\\p{L}+', `^${'a'.repeat(200)}`],
])('%s is refused', (pattern) => {
  expect(isLinear(pattern)).toBe(false);
});

it('takes no pattern that is slow on the longest body', () => {
  const worst = new RegExp('^a*a?a?a{100}b$', 'u');
  const began = process.cpuUsage();
  expect(worst.test('a'.repeat(65_536))).toBe(false);
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1e6).toBeLessThan(2);
});
