/** The search for the smallest failing life, over lives of which it is known what they fail by. */
import { describe, expect, it } from 'vitest';
import type { Asked } from './asked.ts';
import { kindOf, shrink, type Large } from './shrink.ts';

const large: Large = {
  seed: 7,
  without: ['thief'],
  cast: ['sam', 'sue', 'hanna', 'hugo', 'writer', 'reader', 'operator'],
  faults: ['crash', 'undone', 'unknown', 'bell_lost', 'held'],
  calmSeconds: 600,
};

/** Fails where all of these are there, and faults last long enough. */
const failing =
  (needs: { cast?: string[]; faults?: string[]; calmSeconds?: number }, asked: Asked[] = []) =>
  async (life: Required<Asked>): Promise<boolean> => {
    asked.push(life);
    const { cast = [], faults = [], calmSeconds = 0 } = needs;
    return (
      !cast.some((name) => life.without.includes(name)) &&
      faults.every((kind) => life.faults.some((each) => each === kind)) &&
      life.calmSeconds >= calmSeconds
    );
  };

describe('a failing life', () => {
  it('is shrunk to what it fails by', async () => {
    const needs = { cast: ['sam', 'writer'], faults: ['crash', 'held'], calmSeconds: 100 };
    expect(await shrink(large, failing(needs))).toEqual({
      seed: 7,
      without: ['thief', 'sue', 'hanna', 'hugo', 'reader', 'operator'],
      faults: ['crash', 'held'],
      calmSeconds: 150,
    });
  });

  it('that needs nothing is shrunk to nothing', async () => {
    const { without, faults, calmSeconds } = await shrink(large, failing({}));
    expect([without, faults, calmSeconds]).toEqual([['thief', ...large.cast], [], 1]);
  });

  it('that needs all stays as it is', async () => {
    const needs = { cast: [...large.cast], faults: [...large.faults], calmSeconds: 600 };
    const { without, faults, calmSeconds } = await shrink(large, failing(needs));
    expect([without, faults, calmSeconds]).toEqual([['thief'], large.faults, 600]);
  });

  it('is tried no more often than allowed', async () => {
    const asked: Asked[] = [];
    await shrink(large, failing({ cast: ['sue', 'reader'] }, asked), 5);
    expect(asked.length).toBe(5);
  });
});

it('a failure is the same failure whatever the ids are', () => {
  const words = (id: string, n: number) => `job_${id} has spent ${n}, and its tasks used 4`;
  expect(kindOf(words('01kjmmbt7f8f1rnwxbx6vgrtbt', 5))).toBe(kindOf(words('01kn358s0aawh857cbxn5czvqt', 17)));
  expect(kindOf('did not come to rest: x')).not.toBe(kindOf('locks: x'));
});
