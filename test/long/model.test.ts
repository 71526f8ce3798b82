/** Nights: more runs against the model of the road, from other seeds. */
import { expect, it } from 'vitest';
import { held } from '../model/held.ts';

/** At fifteen milliseconds each on two cores; MODEL_SEED begins elsewhere. */
const runs = Number(process.env['MODEL_RUNS'] ?? 50_000);
const seed = Number(process.env['MODEL_SEED'] ?? 1000);

it('does as the model of the road through a night', async () => {
  const { reached: _, ...figures } = await held({ runs, seeds: [seed, seed + 1] });
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  expect(figures.runs).toBe(runs);
});
