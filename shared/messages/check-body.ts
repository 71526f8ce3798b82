/** What a type says of the bodies of its messages: their size, and the JSON Schema that they fit. */
import type { PointedError } from '../outcomes.ts';
import type { Json } from '../platform/wire.ts';

type Body = Record<string, Json>;

const mostErrors = 50;

/** Formats are not checked: what a date is, each receiver knows. */
const options = { strict: false, validateFormats: false, allErrors: true, logger: false } as const;

/** ajv is large, and most messages are of built-in types. */
const ajvOf = async (more: object) => new (await import('ajv/dist/2020.js')).Ajv2020({ ...options, ...more });

/** Where it is no JSON Schema at all; pointers start at it. */
export async function malformedIn(schema: Body): Promise<PointedError[]> {
  const ajv = await ajvOf({ validateSchema: false });
  if (ajv.validateSchema(schema) === true) return [];
  return (ajv.errors ?? []).slice(0, mostErrors).map(pointed);
}

/** Where each of the bodies does not fit; pointers start at the body. The schema was looked at when it was stored. */
export async function misfitsIn(schema: Body, bodies: readonly Body[]): Promise<PointedError[][]> {
  const { $schema: _, ...said } = schema;
  const fits = (await ajvOf({ validateSchema: false, meta: false })).compile(said);
  return bodies.map((body) => (fits(body) ? [] : (fits.errors ?? []).slice(0, mostErrors).map(pointed)));
}

interface Misfit {
  instancePath: string;
  message?: string;
}

const pointed = ({ instancePath, message = 'it does not fit' }: Misfit): PointedError => ({
  pointer: instancePath.slice(0, 1000),
  message,
});
