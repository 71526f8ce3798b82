/**
 * `npm run test:long`: what takes longer than `npm test` may. With `-- --seeds 1000000` or `-- --minutes 60`, lives of the
 * simulation instead, from a seed of today or from `--from`.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { toldOf } from '../simulation/lives.ts';
import { manyLives } from '../simulation/many.ts';

const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string' }, minutes: { type: 'string' }, from: { type: 'string' } },
  allowPositionals: true,
});

async function simulate(): Promise<void> {
  const began = performance.now();
  const from = Number(values.from ?? Math.floor(Date.now() / 1000) % 1_000_000_000);
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  const seeds = Number(values.seeds ?? 1_000_000_000);
  process.stdout.write(`lives from seed ${from}\n`);
  const { told, lives } = await manyLives({ from, seeds, minutes });
  process.stdout.write(`${told}\n${toldOf(lives, (performance.now() - began) / 1000)}\n`.trimStart());
  process.exitCode = lives.failed.length > 0 ? 1 : 0;
}

function everythingElse(): void {
  const args = ['run', '--config', 'vitest.long.config.ts', ...positionals];
  const child = spawn('vitest', args, { stdio: 'inherit' }); // npm puts it on the path
  child.on('exit', (code) => (process.exitCode = code ?? 1));
}

if (values.seeds !== undefined || values.minutes !== undefined) await simulate();
else everythingElse();
