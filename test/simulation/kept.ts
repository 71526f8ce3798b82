/** Lives that once found a real fault, as small as they still do: every run begins with them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { castOf } from './actors/casting.ts';
import type { Asked } from './asked.ts';
import { chanceOf } from './chance.ts';
import type { FaultKind } from './faults.ts';
import { short } from './story.ts';

/** As it stands in seeds.json. */
export interface Kept {
  /** What was wrong, by its name in plants/real-faults.ts. */
  fault: string;
  /** What is found where it is planted again, in words. */
  found: string;
  seed: number;
  /** The only ones who live in it: whoever joins the cast later is not there. */
  cast: readonly string[];
  faults: readonly FaultKind[];
  calmSeconds: number;
}

export const file = fileURLToPath(new URL('seeds.json', import.meta.url));

export const keptLives = (): Kept[] => JSON.parse(readFileSync(file, 'utf8')) as Kept[]; // written by `keep`

const namesOf = (seed: number): string[] => castOf(chanceOf(seed, 'cast')).map(({ name }) => name);

export const askedOfKept = ({ seed, cast, faults, calmSeconds }: Kept): Required<Asked> => {
  const without = namesOf(seed).filter((name) => !cast.includes(name));
  return { seed, without, faults, calmSeconds };
};

export const keptOf = (fault: string, { seed, without, faults, calmSeconds }: Required<Asked>, found: string): Kept => {
  const cast = namesOf(seed).filter((name) => !without.includes(name));
  return { fault, found: short(found), seed, cast, faults, calmSeconds };
};
