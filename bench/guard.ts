/**
 * `node guard.ts BASE HEAD [turns]`: runs `npm run bench -- --json` in both folders, turn by turn, and fails
 * where the median of a ratio fell by more than the tolerance. A bench's last line is `{ "ratios": { name: number } }`;
 * higher is better, and a ratio depends less on the machine than a rate.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export type Ratios = Record<string, number>;

/** Shared runners differ from minute to minute by about as much. */
const tolerance = 0.2;

/** Lines on what became worse by more than the tolerance; a ratio that is gone counts as worse. */
export const worse = (base: Ratios, head: Ratios): string[] =>
  Object.entries(base).flatMap(([name, before]) => {
    const after = head[name];
    if (after === undefined) return [`${name}: ${before.toFixed(3)} before, not measured any more`];
    return after < before * (1 - tolerance) ? [`${name}: ${before.toFixed(3)} before, ${after.toFixed(3)} now`] : [];
  });

/** The median of each ratio over several runs. */
export function medians(runs: Ratios[]): Ratios {
  const all: Record<string, number[]> = {};
  for (const [name, ratio] of runs.flatMap((run) => Object.entries(run))) (all[name] ??= []).push(ratio);
  return Object.fromEntries(Object.entries(all).map(([name, ratios]) => [name, median(ratios)]));
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function ratiosOf(folder: string): Ratios {
  const out = execFileSync('npm', ['run', '--silent', 'bench', '--', '--json'], { cwd: folder, encoding: 'utf8' });
  return (JSON.parse(out.trim().split('\n').at(-1) ?? '') as { ratios: Ratios }).ratios;
}

/** Gives the exit code. */
function guard(base: string, head: string, turns: number): number {
  if (!existsSync(join(base, 'bench/road.ts'))) {
    console.log('The base branch has no bench yet: nothing to compare.');
    return 0;
  }
  const runs: Ratios[][] = [];
  for (let turn = 0; turn < turns; turn++) runs.push([base, head].map(ratiosOf));
  const before = medians(runs.flatMap((run) => run.slice(0, 1)));
  const after = medians(runs.flatMap((run) => run.slice(1)));
  console.table({ before, after });
  const lines = worse(before, after);
  for (const line of lines) console.error(line);
  return lines.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  const [base = 'base', head = 'head', turns = '3'] = process.argv.slice(2);
  process.exitCode = guard(base, head, Number(turns));
}
