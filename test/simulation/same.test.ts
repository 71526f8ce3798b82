/** A seed is a life: whoever lives it again lives the same one, turn by turn and row by row. */
import { beforeAll, expect, it } from 'vitest';
import { runOf } from './many.ts';

/** Two processes, whose lives before these were others. */
let one: string[];
let other: string[];
beforeAll(async () => {
  const histories = async (from: number, seeds: number) =>
    (await runOf(['--histories', '--from', String(from), '--seeds', String(seeds)])).split('\n');
  one = await histories(300, 45);
  other = await histories(315, 45);
}, 60_000);

it('the same seed gives the same history, byte for byte', () => {
  expect(one.slice(15)).toEqual(other.slice(0, 30));
  expect(one.slice(15).length).toBe(30);
});

it('another seed gives another', () => {
  const hashes = [...one, ...other.slice(30)].map((line) => line.replace(/^.*, /, ''));
  expect(new Set(hashes).size).toBe(60);
});
