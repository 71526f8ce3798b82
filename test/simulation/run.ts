/**
 * Lives by the thousand, in this process:
 * `node test/simulation/run.ts --seeds 1000 --from 1`, `--minutes 10` for as long, `--story 42` for all of one.
 */
import { parseArgs } from 'node:util';
import { promises } from '../promises/all.ts';
import { castOf } from './actors/casting.ts';
import { live } from './live.ts';
import { openGround } from './open-ground.ts';
import { short, storyOf } from './story.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    story: { type: 'string' },
  },
});
const from = Number(values.from);
const end = values.minutes === undefined ? Infinity : performance.now() + Number(values.minutes) * 60_000;
if (values.story !== undefined) {
  const lines: string[] = [];
  const ground = await openGround(promises);
  const lived = await live(
    { seed: Number(values.story) },
    { ground, castOf, promised: promises, ...storyOf(ground, lines) },
  );
  process.stdout.write(`${lines.join('\n')}\n${lived.broken.map(short).join('\n')}\n${JSON.stringify(lived.faults)}\n`);
  process.exit();
}
const given = { ground: await openGround(promises), castOf, promised: promises };
const before = process.cpuUsage();
let lives = 0;
let failed = 0;
const sums = { turns: 0, seconds: 0, commits: 0, crashes: 0 };
for (; lives < Number(values.seeds) && performance.now() < end; lives++) {
  const lived = await live({ seed: from + lives }, given);
  for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += lived[name];
  if (lived.broken.length === 0) continue;
  failed++;
  process.stdout.write(`seed ${from + lives}: ${lived.broken.slice(0, 3).join('\n  ')}\n`);
}
const { user, system } = process.cpuUsage(before);
const each = (sum: number) => (sum / lives).toFixed(1);
process.stdout.write(
  `${lives} lives, ${failed} failed; ${each((user + system) / 1000)} ms CPU, ${each(sums.turns)} turns, ${each(sums.commits)} commits, ` +
    `${each(sums.crashes)} crashes, ${each(sums.seconds)} simulated seconds each\n`,
);
process.exitCode = failed > 0 ? 1 : 0;
