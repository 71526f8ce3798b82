/** What lives have reached of each room, from what vitest has counted, and whether it is enough: `npm run coverage:simulation`. */
import { readFileSync } from 'node:fs';

const enough = 85; // percent

interface Count {
  covered: number;
  total: number;
}

type Counts = Record<'statements' | 'branches', Count>;

const summary = new URL('../../coverage/coverage-summary.json', import.meta.url);
const files = Object.entries(JSON.parse(readFileSync(summary, 'utf8')) as Record<string, Counts>);
const rooms = Map.groupBy(files, ([file]) => /\/shared\/(\w+)\//.exec(file)?.[1] ?? '');

const percent = (counts: Count[]): number => {
  const sum = (which: keyof Count) => counts.reduce((all, count) => all + count[which], 0);
  return (100 * sum('covered')) / Math.max(1, sum('total'));
};

for (const [room, own] of rooms) {
  if (room === '') continue; // all of them together
  const [statements, branches] = (['statements', 'branches'] as const).map((kind) =>
    percent(own.map(([, counts]) => counts[kind])),
  ) as [number, number];
  process.stdout.write(`${room}: ${statements.toFixed(1)} % of statements, ${branches.toFixed(1)} % of branches\n`);
  if (Math.min(statements, branches) < enough) process.exitCode = 1;
}
