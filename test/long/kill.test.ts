/** Row 3 of the proof with a process for each life, and ten lives everywhere. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMatrix, type Matrix } from '../kill/matrix.ts';
import { cells } from '../kill/steps.ts';

let matrix: Matrix;
beforeAll(async () => void (matrix = await openMatrix()));
afterAll(() => matrix.close());

test.each([...cells.first, ...cells.others])('ten lives that end $point of $where', async (cell) => {
  expect(await matrix.complaintsAbout([cell], { count: 10, together: 1 })).toEqual([]);
});
