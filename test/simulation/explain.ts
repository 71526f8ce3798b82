/** What became of a failing life: shrunk, told as a story, and as it is kept. */
import type { Asked, Given } from './asked.ts';
import type { FaultKind } from './faults.ts';
import { keptOf } from './kept.ts';
import { live } from './live.ts';
import type { Failed } from './lives.ts';
import { kindOf, shrink } from './shrink.ts';
import { changeIndent, short, storyOf } from './story.ts';

/** Of a longer story, its beginning and its end. */
const beginning = 80;
const ending = 120;

export async function explain(failed: Failed, given: Given): Promise<string> {
  const { asked, lived } = failed;
  const smallest = await smallestOf(failed, async (smaller) => (await live(smaller, given)).broken);
  const { lines, broken } = await storyOfLife(smallest, given);
  const kept = keptOf('its name in plants/real-faults.ts', smallest, broken[0] ?? '');
  return [
    `seed ${asked.seed}: ${lived.broken[0]}`,
    ...abridged(lines),
    ...broken.map(short),
    `to keep in seeds.json: ${JSON.stringify(kept)}`,
  ].join('\n');
}

/** The smallest life that still fails in the same way, by what `brokenIn` says of it. */
export function smallestOf(
  { asked, lived }: Failed,
  brokenIn: (asked: Asked) => Promise<string[]>,
): Promise<Required<Asked>> {
  const kind = kindOf(lived.broken[0] ?? '');
  const large = {
    ...{ seed: asked.seed, cast: lived.cast, without: asked.without ?? [], calmSeconds: lived.calmSeconds },
    faults: asked.faults ?? (Object.keys(lived.faults) as FaultKind[]), // its names
  };
  return shrink(large, async (smaller) => (await brokenIn(smaller)).some((words) => kindOf(words) === kind));
}

/** Without the turns that nothing came of. */
function abridged(lines: readonly string[]): string[] {
  const told = lines.filter((line, at) => {
    if (line.endsWith(' is committed')) return lines[at + 1]?.startsWith(changeIndent) === true;
    return !/ (wakes|reads|writes|has committed .*|hears \w+)$/.test(line);
  });
  const left = told.length - beginning - ending;
  if (left <= 0) return told;
  return [...told.slice(0, beginning), `(${left} lines)`, ...told.slice(-ending)];
}

export async function storyOfLife(asked: Asked, given: Given): Promise<{ lines: string[]; broken: string[] }> {
  const lines: string[] = [];
  const { broken } = await live(asked, { ...given, ...storyOf(given.ground, lines) });
  return { lines, broken };
}
