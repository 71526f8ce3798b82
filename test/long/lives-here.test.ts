/** Lives in this very process, so that what they reach of Muster can be counted: `npm run coverage:simulation`. */
import { expect, test } from 'vitest';
import { promises } from '../promises/all.ts';
import { castOf } from '../simulation/actors/casting.ts';
import { livesOf } from '../simulation/lives.ts';
import { openGround } from '../simulation/open-ground.ts';

test('four thousand of the kinds that every test run has keep every promise', async () => {
  const given = { ground: await openGround(promises), castOf, promised: promises };
  const { lives, failed } = await livesOf({ from: 50_000, seeds: 4000 }, given);
  given.ground.close();
  expect(failed.map(({ asked, lived }) => `seed ${asked.seed}: ${lived.broken.join('; ')}`)).toEqual([]);
  expect(lives).toBe(4000);
});
