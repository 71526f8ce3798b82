/** How long things may last in a life, and how long a job was blocked. */
import { settings } from '../simulation/town.ts';
import type { Deployed } from './told.ts';

/** Milliseconds that the town has set, in whole minutes. */
const millisecondsOf = (name: string): number => Number.parseInt(settings[name] ?? '', 10) * 60_000;
export const blockedFor = millisecondsOf('BLOCKED_FOR');
export const deadline = millisecondsOf('APPROVAL_DEADLINE');
export const validity = millisecondsOf('APPROVAL_VALIDITY');

/** Milliseconds between two moments in which the job was blocked. */
export const blockedIn = ({ told }: Pick<Deployed, 'told'>, [from, to]: [number, number]): number =>
  told.reduce((sum, { data, at }, index) => {
    if (data.to !== 'blocked') return sum;
    const until = told[index + 1]?.at ?? to;
    return sum + Math.max(0, Math.min(until, to) - Math.max(at, from));
  }, 0);
