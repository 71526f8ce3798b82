/** Resources of a deployment: taken at its start, given back at its end. */
import { refuse } from '../outcomes.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import { chooseResources, type Choice, type Need } from './choose.ts';
import {
  allocationsOf,
  deleteAllocation,
  giveRoom,
  insertAllocation,
  resourcesFor,
  takeRoom,
  type AllocationRow,
} from './store.ts';

export interface Allocation {
  deployment_id: string;
  resources: readonly Need[];
}

/**
 * Takes what the job needs, in the order of the resources' names. Refuses `resource_exhausted` where there is
 * no room for something that it cannot do without; what it can do without is left out then.
 */
export async function allocate(tx: Tx, { deployment_id, resources }: Allocation): Promise<void> {
  if (resources.length === 0) return;
  const choices = chooseResources(resources, await resourcesFor(tx, wordsOf(resources)));
  const held = new Map<string, number>();
  for (const choice of choices.toSorted(inLockOrder)) {
    const name = await take(tx, choice);
    if (name !== null) held.set(name, (held.get(name) ?? 0) + choice.units);
  }
  for (const [resource_name, amount] of held) await insertAllocation(tx, { deployment_id, resource_name, amount });
}

/** The words by which needs find resources: names or types. */
export const wordsOf = (needs: readonly Need[]): string[] => [...new Set(needs.map((need) => need.resource_type))];

/** By name, and within one resource what the job cannot do without first. */
function inLockOrder(a: Choice, b: Choice): number {
  const [first, second] = [a.name ?? '', b.name ?? ''];
  if (first !== second) return first < second ? -1 : 1;
  return Number(a.optional) - Number(b.optional);
}

/** The name of the resource that gave room, or null where the job can do without. */
async function take(tx: Tx, choice: Choice): Promise<string | null> {
  const { name, units, optional, need } = choice;
  if (name !== null && (await takeRoom(tx, { name, amount: units })).length > 0) return name;
  if (optional) return null;
  const { reason, remedy } = choice.problem ?? {
    reason: `Another job has taken the room in "${name}" that was there for ${need.amount} ${need.unit}.`,
    remedy: 'Raise its capacity, or wait for running jobs to end.',
  };
  const detail = `${reason} ${remedy}`;
  return refuse('resource_exhausted', { detail, waits_for: awaitedResource(need.resource_type), waits_amount: units });
}

/** What a job waits for that found no room: the word it asked by. */
export const awaitedResource = (word: string): string => `resource:${word}`;

/** Gives back all that the deployment holds, once, and wakes who waits for it by its name or its type. */
export async function freeResources(tx: Tx, deployment_id: string): Promise<void> {
  for (const allocation of await allocationsOf(tx, { deployment_id })) {
    if ((await deleteAllocation(tx, allocation)).length > 0) await give(tx, allocation);
  }
}

async function give(tx: Tx, { deployment_id, resource_name, amount }: AllocationRow): Promise<void> {
  const [given] = await giveRoom(tx, { name: resource_name, amount });
  if (given === undefined)
    throw new Error(`${deployment_id} holds more of resource ${resource_name} than is allocated`);
  wakeForResource(tx, given);
}

/** Wakes who waits for a resource, whether by its name or by its type. */
export function wakeForResource(tx: Tx, { name, resource_type }: { name: string; resource_type: string }): void {
  for (const word of new Set([name, resource_type])) tx.ring('wake', awaitedResource(word));
}

/** Base units free in the resource of that name, or in all of that type; undefined where there is none. */
export async function freeUnits(reads: Reads, word: string): Promise<number | undefined> {
  const rows = await resourcesFor(reads, [word]);
  const named = rows.filter(({ name }) => name === word);
  if (rows.length === 0) return undefined;
  return (named.length > 0 ? named : rows).reduce((sum, row) => sum + row.capacity - row.allocated, 0);
}
