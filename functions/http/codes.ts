/** Every problem code that a route may answer with: its own, and those of the adapter. */
import { permissions, type Who } from '../../shared/access/permissions.ts';
import type { ProblemCode } from '../../shared/problems.ts';
import type { Heeded, Route } from './route.ts';

const always: ProblemCode[] = ['unauthenticated', 'invalid', 'internal', 'unavailable', 'outcome_unknown'];

const ofHeeded: Record<Heeded, ProblemCode[]> = {
  if_match: ['stale', 'precondition_required'],
  idempotency_key: ['idempotency_key_reused'],
  prefer_wait: [],
};

/** Whether somebody without a credential may call it. */
export const isOpen = ({ name }: Route): boolean => permissions[name].some((who: Who) => who === 'anyone');

export function codesOf(route: Route): ProblemCode[] {
  return [
    ...new Set<ProblemCode>([
      ...always,
      ...(isOpen(route) ? [] : (['forbidden'] as const)),
      ...(route.body === undefined ? [] : (['malformed', 'too_large', 'unsupported_media_type'] as const)),
      ...(route.method === 'GET' ? [] : (['lost_race'] as const)),
      ...route.heeds.flatMap((heeded) => ofHeeded[heeded]),
      ...route.refuses,
    ]),
  ];
}
