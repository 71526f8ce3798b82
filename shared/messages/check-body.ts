/** What a type says of the bodies of its messages: their size, and the JSON Schema that they fit. */
import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { PointedError } from '../outcomes.ts';
import type { Config } from '../platform/config.ts';
import type { Json } from '../platform/wire.ts';
import type { CustomType } from './custom-type.ts';

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

/** As each version of a type was compiled, which takes a millisecond; for as long as the settings of a Muster live. */
const compiled = new WeakMap<Config, Map<string, Compiled>>();

interface Compiled {
  version: number;
  fits: ValidateFunction;
}

async function compiledFor(config: Config, { name, version, body_schema }: CustomType): Promise<ValidateFunction> {
  const known = compiled.get(config) ?? new Map<string, Compiled>();
  compiled.set(config, known);
  const before = known.get(name);
  if (before?.version === version) return before.fits;
  const { $schema: _, ...said } = body_schema;
  const fits = (await ajvOf({ validateSchema: false, meta: false })).compile(said);
  known.set(name, { version, fits });
  return fits;
}

/** Where each of the bodies does not fit; pointers start at the body. The schema was looked at when it was stored. */
export async function misfitsIn(config: Config, type: CustomType, bodies: readonly Body[]): Promise<PointedError[][]> {
  const fits = await compiledFor(config, type);
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
