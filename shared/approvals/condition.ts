/** Conditions of policies, in CEL (Common Expression Language). Pure: an expression sees only its facts. */
import { parse } from '@marcbachmann/cel-js';
import type { Json } from '../platform/wire.ts';

/** What an expression may name, by variable. */
export type Facts = Readonly<Record<string, Json>>;

export type Value = { holds: boolean; error: null } | { holds: null; error: string };

/** An expression's value; what cannot be read or does not give a boolean is an error, never a no. */
export function evaluate(expression: string, facts: Facts): Value {
  try {
    const value: unknown = parsed(expression)(facts);
    if (typeof value === 'boolean') return { holds: value, error: null };
    return { holds: null, error: `it gave ${typeof value}, not a boolean` };
  } catch (error) {
    // What the expression does wrong is part of the explained tree; the caller takes it the most demanding way.
    return { holds: null, error: error instanceof Error ? firstLine(error.message) : String(error) };
  }
}

/** The caret that CEL draws under the text means nothing in one line. */
const firstLine = (text: string): string => text.split('\n')[0] ?? text;

/** Each text is parsed once: constant data, so keeping it is no state. */
const parsed = (() => {
  const known = new Map<string, ReturnType<typeof parse>>();
  return (expression: string): ReturnType<typeof parse> => {
    const before = known.get(expression);
    if (before !== undefined) return before;
    const made = parse(expression);
    known.set(expression, made);
    return made;
  };
})();
