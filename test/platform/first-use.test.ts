import { expect, it } from 'vitest';
import { firstUse } from '../../shared/platform/first-use.ts';

it('is made once, for many who use it at once', async () => {
  let made = 0;
  const thing = firstUse(async () => ({ number: (made += 1) }));
  expect(thing.made()).toBeUndefined();
  const [first, second] = await Promise.all([thing.use(), thing.use()]);
  expect(first).toBe(second);
  expect(await thing.made()).toBe(first);
  expect(made).toBe(1);
});

it('is tried again after it could not be made, and told to all who waited', async () => {
  const tries = [Promise.reject(new Error('not yet')), Promise.resolve('there')];
  const thing = firstUse(() => tries.shift() ?? Promise.reject(new Error('no more')));
  const waiting = await Promise.allSettled([thing.use(), thing.use()]);
  expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(thing.made()).toBeUndefined();
  expect(await thing.use()).toBe('there');
  expect(await thing.use()).toBe('there');
});
