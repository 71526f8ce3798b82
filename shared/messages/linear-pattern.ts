/**
 * Which regular expressions of callers may run at all. No engine at hand is without backtracking, so only those are taken
 * that cannot backtrack far: bound to the start, without groups and alternatives, with one part of any length.
 */

const atom = /\\[dDwWsS^$\\.*+?()[\]{}|/-]|\[\^?(?:[^\]\\[]|\\[dDwWsS^$\\.*+?()[\]{}|/-])+\]|[^\\^$*+?()[\]{}|]/uy;
const counted = /\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/uy;

const longest = 200;
/** Of `?`, each of which doubles the ways. */
const mostOptional = 2;
/** Of what `{n}` asks for in all. */
const mostCounted = 100;

export const linearPattern =
  'a pattern of at most 200 characters that starts with ^, without groups or |, with at most one of *, +, {n,} and {n,m}, two ?, and counts of 100 in all';

/** Whether matching takes no more than a bounded number of steps for each character. */
export function isLinear(pattern: string): boolean {
  if (pattern.length > longest || !pattern.startsWith('^')) return false;
  const end = pattern.endsWith('$') && !pattern.endsWith('\\$') ? pattern.length - 1 : pattern.length;
  const used = { any: 0, optional: 0, counts: 0 };
  let at = 1;
  while (at < end) {
    const after = past(atom, pattern, at);
    if (after === undefined) return false;
    at = quantified(pattern, after, used);
  }
  return at === end && used.any <= 1 && used.optional <= mostOptional && used.counts <= mostCounted;
}

interface Used {
  any: number;
  optional: number;
  counts: number;
}

/** Where the next part begins. */
function quantified(pattern: string, at: number, used: Used): number {
  const sign = pattern[at];
  if (sign === '*' || sign === '+') used.any += 1;
  else if (sign === '?') used.optional += 1;
  else return repeated(pattern, at, used);
  return at + 1;
}

function repeated(pattern: string, at: number, used: Used): number {
  counted.lastIndex = at;
  const [whole = '', least = '0', comma, most = least] = counted.exec(pattern) ?? [];
  used.counts += Number(most);
  if (comma !== undefined) used.any += 1;
  return at + whole.length;
}

function past(part: RegExp, pattern: string, at: number): number | undefined {
  part.lastIndex = at;
  const found = part.exec(pattern)?.[0];
  return found === undefined ? undefined : at + found.length;
}
