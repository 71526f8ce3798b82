/** What Muster logs in a life. A warning that tells of nothing that was planted is a fault of Muster's own. */
import { poisonous } from './poison.ts';

interface Line {
  msg?: string;
  fault?: string;
  err?: { message?: string; stack?: string };
}

/** What a line tells of, in a few words. */
export function toldIn(text: string): string {
  const { msg = '', fault, err } = JSON.parse(text) as Line;
  return [msg, fault, err?.stack ?? err?.message].filter(Boolean).join(': ');
}

/** The words that a planted fault leaves, also where its message is not handed on, as that of a crash cannot be. */
const known = [
  'planted: ',
  'the database ended the transaction',
  'the endpoint answered 500',
  'the call never came back',
  'never came to its end',
];

/** Those that are left of a fault long after it: of poison, and what rows have kept of calls and stages that were tried too often. */
const lasting = [poisonous, 'a voter could not be asked: ', 'the call never came back', 'never came to its end'];

/** `isOver`: for long nothing was planted. */
export const isKnown = (told: string, isOver: boolean): boolean =>
  (isOver ? lasting : known).some((words) => told.includes(words));
