/** Row 3 of the proof once more: every transaction, ten times, on other roads than in `npm test`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMatrix, type Matrix } from '../kill/matrix.ts';
import { cells, waysTo } from '../kill/steps.ts';

let matrix: Matrix;
beforeAll(async () => void (matrix = await openMatrix()));
afterAll(async () => {
  const { killed, seconds } = matrix.spent();
  process.stdout.write(`kill -9: ${killed} processes were killed, in ${seconds} processor seconds\n`);
  await matrix.close();
});

const ways = waysTo([...cells.first, ...cells.others], { turns: 10, from: 10 });

test.each(ways)('killed at each point of the road $road, turn $turn, a Muster keeps its promises', async (way) => {
  expect(await matrix.complaintsOn(way)).toEqual([]);
});
