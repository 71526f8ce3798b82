/** Whether anything is still to come, seen from the database alone. */
import type { Ground } from './ground.ts';

const ends = "'succeeded', 'failed', 'rolled_back', 'rejected', 'expired', 'cancelled'";

const unfinished = [
  `select id || ' is ' || state words from jobs where state not in (${ends})`,
  ...['jobs', 'approvals', 'asks', 'tasks'].map(
    (table) => `select id || ' is ' || state || ' and due' words from ${table} where due_at is not null`,
  ),
].join(' union ');

export const notAtRest = (ground: Ground): string[] =>
  ground.rows<{ words: string }>(unfinished).map(({ words }) => words);
