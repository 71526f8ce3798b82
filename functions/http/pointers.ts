/** Says where a body is wrong: JSON Pointers (RFC 6901) from places, and from zod's issues. */
import type { z } from 'zod';
import type { PointedError } from '../../shared/outcomes.ts';
import type { Json } from '../../shared/platform/wire.ts';

const mostErrors = 50;
const longestPointer = 1000;

/** A member of what `from` leads to; undefined is the whole body. */
export interface Place {
  from: Place | undefined;
  key: string;
}

export const isContainer = (value: Json): value is Json[] | { [name: string]: Json } =>
  typeof value === 'object' && value !== null;

export function pointerTo(place: Place | undefined): string {
  const keys: string[] = [];
  for (let at = place; at !== undefined; at = at.from) keys.push(at.key);
  return pointer(keys.reverse());
}

/** Well-formed and of bounded length, whatever the keys are. */
const pointer = (keys: readonly PropertyKey[]): string =>
  keys
    .map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
    .toWellFormed()
    .slice(0, longestPointer);

/** Each place that zod complains of; `what` says where pointers lead when it is not the body. */
export function pointedErrors(issues: readonly z.core.$ZodIssue[], what = ''): PointedError[] {
  return issues
    .flatMap((issue) => flattened(issue, []))
    .slice(0, mostErrors)
    .map(({ keys, message }) => ({ pointer: pointer(keys), message: what + message }));
}

interface Flat {
  keys: PropertyKey[];
  message: string;
}

function flattened(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Flat[] {
  const keys = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ keys: [...keys, key], message: 'unknown field' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return closest(issue.errors).flatMap((inner) => flattened(inner, keys));
  }
  return [{ keys, message: issue.message }];
}

/** The branch of a union that the value came nearest to: the fewest complaints, the deepest first. */
const closest = (branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] =>
  branches.toSorted((a, b) => a.length - b.length || depth(b) - depth(a))[0] ?? [];

const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));
