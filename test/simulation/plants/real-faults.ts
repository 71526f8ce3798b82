/**
 * Faults that Muster once had: each mend undone again, by a statement that is said as it was before. A life that shows it
 * is kept in seeds.json; what no life can show is not here, and docs/proof.md says which test holds it.
 */
import { createHash } from 'node:crypto';
import type { Plant } from '../around.ts';
import { leavingOut, reworded, saying } from './saying.ts';

const task = 'update "tasks" set ';
const job = 'update "jobs" set ';
const isEnabled = ' and "owner"."disabled_at" is null';

export const realFaults: Record<string, Plant> = {
  'a second attempt kept the model of the first beside a cost of another': leavingOut(undefined, task, ' "model" = ?,'),
  'leases that one heartbeat took back came back in random order': saying((query, name) =>
    name === 'heartbeat' && query.sql.startsWith(task) && query.sql.includes('"place" = ?')
      ? { query: { ...query, parameters: query.parameters.with(0, placeOf(query.parameters)) } }
      : undefined,
  ),
  'ballots of voters whose owner is disabled counted': leavingOut(
    undefined,
    'select "voters"."voter_id"',
    ' or "owner"."disabled_at" is not null',
  ),
  'new questions were put to voters whose owner is disabled': saying((query) =>
    query.sql.startsWith('select "agents"."id"') && query.sql.includes(isEnabled)
      ? { query: reworded(query, isEnabled, '') }
      : undefined,
  ),
  'rings of the sweep counted as tries of an estimate': saying((query, name) =>
    name === 'sweepJobs' && query.sql.startsWith(job)
      ? { query: reworded(query, job, `${job}"attempts" = "attempts" + ("state" = 'submitted'), `) }
      : undefined,
  ),
  'voters who were silent could claim what was assigned to whoever comes first': saying((query, name) =>
    name === 'assignTask' && query.sql.includes(' as "at" from "agents" where "id" in ')
      ? { query, rows: (rows) => (rows as Seen[]).filter(isHeard) }
      : undefined,
  ),
};

interface Seen {
  at: string;
  state: string;
  last_seen_at: Date | null;
}

/** By the intervals of a life. */
const isHeard = ({ at, state, last_seen_at }: Seen): boolean =>
  state === 'active' && last_seen_at !== null && new Date(at).getTime() - last_seen_at.getTime() < 75_000;

/** A place of its own for each lease, of the same millisecond: then it is chance which comes first. */
function placeOf(parameters: readonly unknown[]): string {
  const place = String(parameters[0]);
  const tail = createHash('sha256').update(parameters.join()).digest('hex');
  return place.slice(0, -16) + tail.slice(0, 16);
}
