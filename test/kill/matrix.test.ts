/** Row 3 of the proof: wherever a process is killed, all promises hold after the next start. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMatrix, type Matrix } from './matrix.ts';
import type { PlantName } from './plants.ts';
import { cells, waysTo, type Cell } from './steps.ts';

let matrix: Matrix;
beforeAll(async () => void (matrix = await openMatrix()), 60_000);
afterAll(async () => {
  const { killed, seconds } = matrix.spent();
  process.stdout.write(`kill -9: ${killed} processes were killed, in ${seconds} processor seconds\n`);
  await matrix.close();
});

const timeout = 300_000;

describe('killed at each point of', { timeout }, () => {
  const named = waysTo(cells.first, { turns: 10 });
  const others = waysTo(cells.others, { turns: 1 });
  test.each([...named, ...others])('the road $road, turn $turn, a Muster keeps its promises', async (way) => {
    expect(await matrix.complaintsOn(way)).toEqual([]);
  });
});

/** What the matrix is for. */
describe('a death brings to light what is', { timeout }, () => {
  const cell = (where: string, point: Cell['point']): Cell => ({ road: 'whole', where, point });
  test.each<[PlantName, Cell, RegExp]>([
    ['answered before its commit', cell('submitJob', 'after-answer'), /was answered and is lost/],
    ['each statement kept by itself', cell('submitJob', 'in-transaction'), /has lost its deployment/],
    ['never rung again', cell('estimateJob', 'after-commit'), /a job is at no end/],
    ['asked again under another key', cell('submitJob', 'before-answer'), /jobs were submitted/],
  ])('%s', async (plant, planted, complaint) => {
    const complaints: string[] = [];
    for (const way of waysTo([planted], { turns: 4 })) complaints.push(...(await matrix.complaintsOn(way, plant)));
    expect(complaints.join('\n')).toMatch(complaint);
  });
});
