import { expect, it } from 'vitest';
import { medians, worse } from '../../bench/guard.ts';

it('lets a ratio fall by a fifth, and no further', () => {
  expect(worse({ road: 0.2, get: 0.5 }, { road: 0.161, get: 0.9 })).toEqual([]);
  expect(worse({ road: 0.2 }, { road: 0.159 })).toEqual(['road: 0.200 before, 0.159 now']);
});

it('notices a ratio that is not measured any more, and lets new ones come', () => {
  expect(worse({ road: 0.2 }, { get: 0.5 })).toEqual(['road: 0.200 before, not measured any more']);
});

it('takes the middle of several runs', () => {
  expect(medians([{ road: 0.1 }, { road: 0.9 }, { road: 0.3, get: 1 }])).toEqual({ road: 0.3, get: 1 });
});
