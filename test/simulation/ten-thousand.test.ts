/** Ten thousand lives, each by a seed of its own, and before them those that have once found something. */
import { expect, it } from 'vitest';
import { keptLives } from './kept.ts';
import { toldOf } from './lives.ts';
import { manyLives } from './many.ts';

const from = 1;
const seeds = 10_000;

it(
  'keep every promise of workflow.md',
  async () => {
    const began = performance.now();
    const { told, lives } = await manyLives({ from, seeds });
    process.stderr.write(`simulation from seed ${from}: ${toldOf(lives, (performance.now() - began) / 1000)}\n`);
    expect(told).toBe('');
    expect(lives.lives).toBe(seeds + keptLives().length);
  },
  20 * 60_000,
);
