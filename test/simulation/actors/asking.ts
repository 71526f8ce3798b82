/** How actors ask: the line first, then the call, then what was heard of it. */
import { LostRace, Refusal } from '../../../shared/outcomes.ts';
import type { Platform } from '../../../shared/platform/platform.ts';
import type { Kind, Line } from '../ledger.ts';
import { Unheard, type Life } from '../life.ts';

type Verb<T> = (platform: Platform) => Promise<T>;

/** What came back; undefined where it was refused or not heard. Anything else that is thrown is a fault of Muster. */
export async function ask<T>(life: Life, what: string, verb: Verb<T>): Promise<T | undefined> {
  return (await heard(life, what, verb)).value;
}

/** The same, written on a line of the ledger. */
export async function askOn<T, K extends Kind>(life: Life, line: Line<K>, verb: Verb<T>): Promise<T | undefined> {
  const { heard: came, value } = await heard(life, line.kind, verb);
  line.heard = came;
  return value;
}

/** Again and again until it is heard, or refused. */
export async function askUntilHeard(life: Life, what: string, verb: Verb<unknown>): Promise<void> {
  while ((await heard(life, what, verb)).heard === 'unheard') await life.sleep(5);
}

/** A job that somebody was told of, with its submitter. */
export function anyJob({ ledger, random }: Life): { job_id: string; by: string } | undefined {
  const known = ledger.of('submission').flatMap(({ job_id, by }) => (job_id === null ? [] : [{ job_id, by }]));
  return known.length === 0 ? undefined : random.pick(known);
}

async function heard<T>(life: Life, what: string, verb: Verb<T>): Promise<{ heard: string; value?: T }> {
  try {
    return { heard: 'done', value: await life.call(what, verb) };
  } catch (error) {
    if (error instanceof Unheard) return { heard: 'unheard' };
    if (error instanceof Refusal) return { heard: error.code };
    if (error instanceof LostRace) return { heard: 'conflict' };
    throw error;
  }
}
