/** Lives by the thousand on every core: each process takes its part of the seeds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { together, type Lives, type Wanted } from './lives.ts';

const script = fileURLToPath(new URL('run.ts', import.meta.url));

/** What was told of failing lives, and the sum. Throws where a process died of something else. */
export async function manyLives({ from, seeds, minutes }: Wanted): Promise<{ told: string; lives: Lives }> {
  const processes = Math.max(1, Math.min(availableParallelism(), seeds));
  const share = Math.ceil(seeds / processes);
  const parts = await Promise.all(
    Array.from({ length: processes }, (_, at) =>
      part({ from: from + at * share, seeds: Math.min(share, seeds - at * share), minutes }, at === 0),
    ),
  );
  return {
    told: parts
      .map(({ told }) => told)
      .join('\n')
      .trim(),
    lives: together(parts.map(({ lives }) => lives)),
  };
}

/** What `run.ts` prints with these arguments. */
export const runOf = (args: readonly string[]): Promise<string> => printed(script, args);

/** Most of what a life makes is gone before there is so much: megabytes. */
const fewCollections = '--max-semi-space-size=64';

/**
 * What a script prints in a process of its own: where tests are run, modules are loaded at any moment, and a life would
 * not come out the same twice.
 */
async function printed(script: string, args: readonly string[] = []): Promise<string> {
  const child = spawn(process.execPath, [fewCollections, script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return output.trimEnd();
}

/** What a script tells so, a line of JSON each. */
export const linesOf = async <Line>(script: URL): Promise<Line[]> =>
  (await printed(fileURLToPath(script))).split('\n').map((line) => JSON.parse(line) as Line);

async function part({ from, seeds, minutes }: Wanted, isFirst: boolean): Promise<{ told: string; lives: Lives }> {
  const args = ['--json', ...(isFirst ? ['--kept'] : []), '--seeds', String(seeds), '--from', String(from)];
  const lines = (await runOf(minutes === undefined ? args : [...args, '--minutes', String(minutes)])).split('\n');
  const last = lines.pop() ?? '';
  if (!last.startsWith('{')) throw new Error(`lives from seed ${from} ended before their time: ${last}`);
  return { told: lines.join('\n'), lives: JSON.parse(last) as Lives };
}
