/** RFC 8785: one text for one value, whatever the order of its members. */
import canonicalize from 'canonicalize';
import type { Json } from './wire.ts';

/** Members that are absent vanish; a `Date` counts as its text. Throws for what JSON cannot say: NaN, infinities, lone surrogates. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}
