/** What was asked of a Muster that is gone, from what was told while it lived. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Heard } from '../simulation/ledger.ts';
import { began } from './folder.ts';
import type { Told } from './life.ts';
import type { Verb } from './verbs.ts';

/** What a caller asked, and what was heard of it. */
export interface Call {
  verb: Verb;
  input: unknown;
  heard: Heard;
  answer?: unknown;
}

export interface Past {
  calls: Call[];
  /** When something was told last. */
  at: Date;
  failed: string | undefined;
}

export function callsIn(told: readonly Told[]): Call[] {
  const calls = new Map<number, Call>();
  for (const line of told) {
    if ('verb' in line) calls.set(line.call, { verb: line.verb, input: line.input, heard: 'unheard' });
    else if ('refused' in line) Object.assign(calls.get(line.call) ?? {}, { heard: line.refused });
    else if ('call' in line) Object.assign(calls.get(line.call) ?? {}, { heard: 'done', answer: line.answer });
  }
  return [...calls.values()];
}

export function pastIn(folder: string): Past {
  const lines = readFileSync(join(folder, 'told'), { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean);
  const told = lines.map((line) => JSON.parse(line) as Told);
  const failed = told.find((line) => 'failed' in line);
  const at = new Date(Math.max(began.getTime(), ...told.map((line) => line.at)));
  return { calls: callsIn(told), at, failed: failed?.failed };
}
