/** `If-Match` (RFC 9110): change only the version that the caller has seen. */
import { refuse } from '../outcomes.ts';

/** Refuses `precondition_required` without a header, `stale` when it does not name this version. */
export function requireMatch(if_match: string | undefined, version: number): void {
  if (if_match === undefined) refuse('precondition_required');
  checkMatch(if_match, version);
}

/** Refuses `stale` when there is a header and it does not name this version; 0 is what does not exist yet. */
export function checkMatch(if_match: string | undefined, version: number): void {
  if (if_match === undefined) return;
  if (if_match.trim() === '*' && version > 0) return;
  if (!if_match.split(',').some((tag) => versionIn(tag) === version)) refuse('stale');
}

/** An ETag is the version, a dash, and a hash of the answer; the version alone will do. */
function versionIn(tag: string): number | undefined {
  const version = /^"(\d+)(-[\w-]*)?"$/.exec(tag.trim())?.[1];
  return version === undefined ? undefined : Number(version);
}
