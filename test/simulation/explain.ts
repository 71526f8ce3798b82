/** What became of a failing life: shrunk, told as a story, and as it is kept. */
import type { Asked, Given } from './asked.ts';
import type { FaultKind } from './faults.ts';
import type { Kept } from './kept.ts';
import { live } from './live.ts';
import type { Failed } from './lives.ts';
import { kindOf, shrink } from './shrink.ts';
import { short, storyOf } from './story.ts';

/** The end of a story, which is where it breaks. */
const longestStory = 200;

export async function explain({ asked, lived }: Failed, given: Given): Promise<string> {
  const kind = kindOf(lived.broken[0] ?? '');
  const large = {
    ...{ seed: asked.seed, cast: lived.cast, without: asked.without ?? [], calmSeconds: lived.calmSeconds },
    faults: asked.faults ?? (Object.keys(lived.faults) as FaultKind[]), // its names
  };
  const smallest = await shrink(large, async (smaller) => {
    const { broken } = await live(smaller, given);
    return broken.some((words) => kindOf(words) === kind);
  });
  const { lines, broken } = await storyOfLife(smallest, given);
  const kept: Kept = { ...smallest, found: short(broken[0] ?? '') };
  return [
    `seed ${asked.seed}: ${lived.broken[0]}`,
    ...(lines.length > longestStory ? [`(${lines.length - longestStory} lines before)`] : []),
    ...lines.slice(-longestStory),
    ...broken.map(short),
    `to keep in seeds.json: ${JSON.stringify(kept)}`,
  ].join('\n');
}

export async function storyOfLife(asked: Asked, given: Given): Promise<{ lines: string[]; broken: string[] }> {
  const lines: string[] = [];
  const { broken } = await live(asked, { ...given, ...storyOf(given.ground, lines) });
  return { lines, broken };
}
