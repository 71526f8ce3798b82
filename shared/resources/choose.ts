/** Which resource serves which need. Pure; the statement that takes the room guards it once more. */
import type { JobDefinition } from '../jobs/definition.ts';
import { measureOfRow, type ResourceRow } from './resource.ts';
import { inUnit, measureOf, neededUnits, unitMessage } from './units.ts';

export type Need = JobDefinition['required_resources'][number];

export interface Choice {
  need: Need;
  /** Whether the job can do without. */
  optional: boolean;
  /** Base units that it needs. */
  units: number;
  /** The resource that serves it, or null with the problem that there is. */
  name: string | null;
  problem: { reason: string; remedy: string } | null;
}

/** A job can do without what it says not to require, or to have a fallback for. */
export const isOptional = ({ required, fallback_available }: Pick<Need, 'required' | 'fallback_available'>): boolean =>
  !required || fallback_available;

/**
 * Serves the needs one after the other, those that must be met first, each by the resource of its name, or
 * else by the one of its type with the most room. What one need takes is not there for the next.
 */
export function chooseResources(needs: readonly Need[], rows: readonly ResourceRow[]): Choice[] {
  const free = new Map(rows.map((row) => [row.name, row.capacity - row.allocated]));
  const inOrder = needs.toSorted((a, b) => Number(isOptional(a)) - Number(isOptional(b)));
  return inOrder.map((need) => {
    const choice = chosen(need, rows, free);
    if (choice.name !== null) free.set(choice.name, (free.get(choice.name) ?? 0) - choice.units);
    return choice;
  });
}

function chosen(need: Need, rows: readonly ResourceRow[], free: ReadonlyMap<string, number>): Choice {
  const candidates = candidatesFor(need, rows);
  const measure = measureOf(candidates[0]?.resource_type ?? need.resource_type, need.unit);
  const fitting = candidates.filter((row) => measureOfRow(row).base === measure?.base);
  const best = fitting.toSorted((a, b) => (free.get(b.name) ?? 0) - (free.get(a.name) ?? 0))[0];
  const units = measure === undefined ? 0 : neededUnits(need.amount, measure);
  const problem = problemOf(need, { candidates, best, units, free: free.get(best?.name ?? '') ?? 0 });
  return { need, optional: isOptional(need), units, name: problem === null ? (best?.name ?? null) : null, problem };
}

/** The resource of that name; without one, all of that type. */
function candidatesFor({ resource_type }: Need, rows: readonly ResourceRow[]): ResourceRow[] {
  const named = rows.filter((row) => row.name === resource_type);
  return named.length > 0 ? named : rows.filter((row) => row.resource_type === resource_type);
}

interface Found {
  candidates: ResourceRow[];
  best: ResourceRow | undefined;
  units: number;
  free: number;
}

function problemOf(need: Need, { candidates, best, units, free }: Found): Choice['problem'] {
  const { resource_type, unit } = need;
  const [other] = candidates;
  if (other === undefined)
    return {
      reason: `No resource "${resource_type}" is registered.`,
      remedy: `Register one with POST /v1/deployment/resources/register.`,
    };
  if (best === undefined)
    return {
      reason:
        measureOf(other.resource_type, unit) === undefined
          ? unitMessage(other.resource_type, unit)
          : otherUnit(other, unit),
      remedy: `Ask for it in ${other.unit}.`,
    };
  return free >= units ? null : noRoom(need, best, { units, free });
}

const otherUnit = (row: ResourceRow, unit: string): string =>
  `The resource "${row.name}" is counted in ${row.unit}, which "${unit}" does not convert into.`;

function noRoom(
  need: Need,
  row: ResourceRow,
  { units, free }: Pick<Found, 'units' | 'free'>,
): { reason: string; remedy: string } {
  const said = (amount: number) => `${inUnit(amount, measureOfRow(row))} ${row.unit}`;
  return {
    reason: `The job needs ${need.amount} ${need.unit} and "${row.name}" has ${said(free)} of ${said(row.capacity)} free.`,
    remedy:
      units > row.capacity
        ? 'Raise its capacity, or ask for less.'
        : 'Raise its capacity, or wait for running jobs to end.',
  };
}
