/** Sensitive parameters leave the definition before it is hashed, stored or told to anybody. */
import { refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { newId } from '../platform/ids.ts';
import type { Json } from '../platform/wire.ts';
import type { Sealed } from '../platform/secrets/seal.ts';
import { keepSealed } from '../access/sealed.ts';
import type { JobDefinition } from './definition.ts';
import type { PlanStep } from './plan-steps.ts';

interface Kept {
  id: string;
  path: string;
  sealed: Sealed;
}

/** A definition whose sensitive values are sealed, and what must be stored beside it. */
export interface SealedDefinition {
  definition: JobDefinition;
  kept: Kept[];
  /** The definition with a keyed hash for each sensitive value: the same for the same request, and a secret to nobody. */
  fingerprint: JobDefinition;
}

/**
 * Replaces each value that `sensitive` names by `{"$sealed": "sec_…"}`. What is sealed already may stay where it
 * stands in `before`, an earlier definition of the same job: whoever may read an id must not get its value by
 * naming it in a job of their own. Refuses a path that leads nowhere, and a sealed value of another job.
 */
export async function sealSensitive(
  platform: Platform,
  definition: JobDefinition,
  before?: JobDefinition,
): Promise<SealedDefinition> {
  refuseForeign(definition, before);
  if (definition.sensitive.length === 0) return { definition, kept: [], fingerprint: definition };
  const sealedOne = structuredClone(definition);
  const fingerprint = structuredClone(definition);
  const kept: Kept[] = [];
  for (const path of definition.sensitive) {
    const { holder, member } = placeOf(sealedOne, path);
    const value = holder[member] as Json; // placeOf has found it
    if (isSealed(value)) continue;
    const id = newId('sec', platform.clock.now(), platform.random);
    const text = JSON.stringify(value);
    kept.push({ id, path, sealed: await platform.sealer.seal(text, path) });
    holder[member] = { $sealed: id };
    placeOf(fingerprint, path).holder[member] = await platform.sealer.mac(text);
  }
  return { definition: sealedOne, kept, fingerprint };
}

export async function keepSensitive(tx: Tx, kept: Kept[]): Promise<void> {
  for (const one of kept) await keepSealed(tx, one);
}

export const isSealed = (value: Json | undefined): value is { $sealed: string } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value['$sealed'] === 'string';

/** Where sealed values stand. Lists are not entered: nothing in them can be named as sensitive. */
export function sealedIn(value: Json, path = 'input'): { id: string; path: string }[] {
  if (isSealed(value)) return [{ id: value.$sealed, path }];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => sealedIn(part, `${path}.${name}`));
}

function refuseForeign({ input, plan = [] }: JobDefinition, before: JobDefinition | undefined): void {
  const own = new Set(sealedIn(before?.input ?? {}).map(({ id, path }) => `${id} ${path}`));
  const foreign = sealedIn(input).filter(({ id, path }) => !own.has(`${id} ${path}`));
  refuseSealed([...foreign, ...plan.flatMap(sealedInStep)]);
}

/** The input of a step takes its place beside that of the job, so a mark in it would be opened there. */
const sealedInStep = ({ input, compensation }: PlanStep, at: number) => [
  ...sealedIn(input, `plan.${at}.input`),
  ...sealedIn(compensation?.input ?? {}, `plan.${at}.compensation.input`),
];

/** Refuses `invalid` where there are any: whoever names a sealed value must not get it. */
export function refuseSealed(found: readonly { path: string }[]): void {
  const message = 'this sealed value is not this job’s, or stood elsewhere in it: send the value itself';
  if (found.length > 0)
    refuse('invalid', { errors: found.map(({ path }) => ({ pointer: `/${path.replaceAll('.', '/')}`, message })) });
}

/** Whether a definition has a value at a path such as `input.token`. */
export function hasValueAt({ input }: JobDefinition, path: string): boolean {
  let value: Json | undefined = input;
  for (const name of path.split('.').slice(1)) value = memberOf(value, name);
  return value !== undefined;
}

const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? value[name]
    : undefined;

function placeOf(definition: JobDefinition, path: string): { holder: Record<string, Json>; member: string } {
  const names = path.split('.').slice(1);
  const member = names.pop() ?? '';
  let holder: Record<string, Json> = definition.input;
  for (const name of names) holder = objectIn(holder, name) ?? nowhere(path);
  return Object.hasOwn(holder, member) ? { holder, member } : nowhere(path);
}

function objectIn(holder: Record<string, Json>, name: string): Record<string, Json> | undefined {
  const value = Object.hasOwn(holder, name) ? holder[name] : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

const nowhere = (path: string): never =>
  refuse('invalid', { errors: [{ pointer: '/sensitive', message: `there is nothing at ${path}` }] });
