/** Lives that have once found something, as small as they still did: every run begins with them. */
import { readFileSync } from 'node:fs';
import type { Asked } from './asked.ts';

/** As it stands in seeds.json. */
export interface Kept extends Asked {
  /** What it has found, in words. */
  found: string;
}

export const keptLives = (): Kept[] =>
  JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as Kept[]; // written by hand, from what `explain` prints
