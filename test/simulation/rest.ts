/** Whether anything is still to come, seen from the database alone. */
import type { Ground } from './ground.ts';

const ends = "'succeeded', 'failed', 'rolled_back', 'rejected', 'expired', 'cancelled'";

/** Letters are read by who is there for it; what else is written to agents is read by few. */
const letters = "from messages where type = 'custom' and state in ('queued', 'delayed', 'received')";

const unfinished = [
  `select id || ' is ' || state words ${letters}`,
  `select id || ' is ' || state words from jobs where state not in (${ends})`,
  ...['jobs', 'approvals', 'asks', 'tasks'].map(
    (table) => `select id || ' is ' || state || ' and due' words from ${table} where due_at is not null`,
  ),
].join(' union ');

const anything = `select 1 from jobs where state not in (${ends}) union all select 1 ${letters} union all ${[
  'jobs',
  'approvals',
  'asks',
  'tasks',
]
  .map((table) => `select 1 from ${table} where due_at is not null`)
  .join(' union all ')} limit 1`;

export const isAtRest = (ground: Ground): boolean => ground.rows(anything).length === 0;

export const notAtRest = (ground: Ground): string[] =>
  ground.rows<{ words: string }>(unfinished).map(({ words }) => words);
