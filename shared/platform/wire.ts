/** What every answer and request is made of. */
import { z } from 'zod';
import { isExact } from './money.ts';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Any JSON value. The reader of bodies has looked at it in full, which a schema would do a hundred times slower. */
export const json = z.custom<Json>((value) => value !== undefined, 'expected a JSON value');

/** A JSON object with any members. */
export const jsonObject = z
  .custom<{ [name: string]: Json }>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected an object',
  )
  .meta({ type: 'object' });

/** Names given by callers, in URLs, conditions and queues. */
export const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_.-]{0,127}$/,
    'expected lower-case letters, digits, "_", "." or "-", at most 128, starting with a letter or digit',
  );

/** A principal: a name, or an identity of Entra ID as `tenant/object`, each a GUID. */
export const principalId = z
  .string()
  .regex(
    /^([a-z0-9][a-z0-9_.-]{0,127}|[0-9a-f-]{36}\/[0-9a-f-]{36})$/,
    'expected a name, or the ids of tenant and object of an identity of Entra ID, with "/" between them',
  );

/** RFC 3339 in requests, `Date` inside. */
export const time = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/** What may be called for somebody is the guarded client's to say; here only the form. */
export const webUrl = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine((text) => !/^[^:]+:\/\/[^/]*@/.test(text), 'a URL may not carry a password');

/** US dollars that somebody counted: at least nothing, at most a million; part of a micro-dollar counts as a whole one. */
export const usd = z.number().min(0).max(1_000_000);

/** US dollars that somebody sets as a limit, at most `most`: refused where they could not be kept as they were said. */
export const limitUsd = (most: number) =>
  z
    .number()
    .min(0)
    .max(most)
    .refine(isExact, 'expected at most six decimals')
    .describe('US dollars, to the micro-dollar');
