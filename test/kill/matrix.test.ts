/** Row 3 of the proof: wherever a process is killed, all promises hold after the next start. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMatrix, type Matrix } from './matrix.ts';
import type { PlantName } from './plants.ts';
import { cells, type Cell } from './steps.ts';

let matrix: Matrix;
beforeAll(async () => void (matrix = await openMatrix()), 60_000);
afterAll(async () => {
  const { lives, seconds } = matrix.spent();
  process.stdout.write(`kill -9: ${lives} lives were ended, in ${seconds} processor seconds\n`);
  await matrix.close();
});

const timeout = 120_000;

describe('ten lives that end', { timeout }, () => {
  test.each(cells.first)('$point of $where', async (cell) => {
    expect(await matrix.complaintsAbout([cell], { count: 10, together: 10 })).toEqual([]);
  });
});

describe('a life that ends at each point of', { timeout }, () => {
  test.each([...Map.groupBy(cells.others, ({ where }) => where)])('%s', async (_, points) => {
    expect(await matrix.complaintsAbout(points, { count: 1, together: Infinity })).toEqual([]);
  });
});

/** What the matrix is for. */
describe('a death brings to light what is', { timeout }, () => {
  const cell = (where: string, point: string): Cell => ({ road: 'whole', where, point });
  test.each<[PlantName, Cell, RegExp]>([
    ['answered before its commit', cell('submitJob', 'after-answer'), /was answered and is lost/],
    ['each statement kept by itself', cell('submitJob', 'in-transaction'), /has lost its deployment/],
    ['never rung again', cell('estimateJob', 'after-commit'), /a job is at no end/],
    ['asked again under another key', cell('submitJob', 'before-answer'), /jobs were submitted/],
  ])('%s', async (plant, planted, complaint) => {
    const complaints = await matrix.complaintsAbout([planted], { count: 4, together: 4, plant });
    expect(complaints.join('\n')).toMatch(complaint);
  });
});
