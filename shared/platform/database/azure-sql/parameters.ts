/** What a value of a statement is to the server: always of its column's type, null too, so that its plan stays one. */
import type { Kind } from './columns.ts';

/** Types of the driver, by their names there. */
export type TypeName = 'NVarChar' | 'Int' | 'BigInt' | 'Float' | 'Bit' | 'DateTime2' | 'VarBinary';

export interface Parameter {
  type: TypeName;
  /** Of NVarChar: whether it has no bounded length. */
  isLong?: boolean;
  value: string | number | boolean | Date | Buffer | null;
}

/** Throws on `undefined`, and on numbers that a double does not hold exactly. */
export function parameterOf(value: unknown, kind?: Kind): Parameter {
  if (value === undefined) throw new TypeError('a statement was given undefined; say null, or give every parameter');
  if (kind === undefined) return byValue(value);
  if (value === null) return { ...ofKind[kind], value };
  if (typeof value === 'number') return numberOf(value, kind);
  if (typeof value === 'string' && kind === 'text') return textOf(value);
  if (value instanceof Date || typeof value === 'boolean') return { ...ofKind[kind], value };
  return { ...ofKind[kind], value: typeof value === 'string' ? value : JSON.stringify(value) };
}

const ofKind: Record<Kind, Omit<Parameter, 'value'>> = {
  text: { type: 'NVarChar', isLong: false },
  long: { type: 'NVarChar', isLong: true },
  json: { type: 'NVarChar', isLong: true },
  int: { type: 'Int' },
  bigint: { type: 'BigInt' },
  float: { type: 'Float' },
  bit: { type: 'Bit' },
  time: { type: 'DateTime2' },
  cursor: { type: 'VarBinary' },
  milliseconds: { type: 'BigInt' },
};

/** The most characters that text of a bounded length can have. */
const mostBounded = 4000;

const textOf = (value: string): Parameter => ({ type: 'NVarChar', isLong: value.length > mostBounded, value });

function numberOf(value: number, kind: Kind): Parameter {
  if (kind === 'milliseconds') return { type: 'BigInt', value: whole(Math.round(value * 1000)) };
  if (kind === 'cursor') return { type: 'VarBinary', value: cursorBytes(value) };
  if (kind === 'float') return { type: 'Float', value };
  if (kind === 'bigint' && Number.isInteger(value)) return { type: 'BigInt', value: whole(value) };
  return byValue(value);
}

function byValue(value: unknown): Parameter {
  if (value === null) return { ...ofKind.text, value };
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'boolean') return { type: 'Bit', value };
  if (value instanceof Date) return { type: 'DateTime2', value };
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return { type: 'Float', value };
    return { type: isInt(value) ? 'Int' : 'BigInt', value: whole(value) };
  }
  return { ...ofKind.json, value: JSON.stringify(value) };
}

const isInt = (value: number): boolean => Math.abs(value) < 2 ** 31;

function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is beyond the whole numbers that are exact`);
  return value;
}

/** A rowversion is eight bytes, the greatest first. */
function cursorBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(whole(value)));
  return bytes;
}
