/** Values and their types on the wire (MS-TDS 2.2.5.4): what Muster's columns and parameters need, and no more. */
import { Bytes, type Cursor } from './bytes.ts';

export type ColumnType = 'bit' | 'int' | 'bigint' | 'float' | 'datetime2' | 'nvarchar' | 'varbinary';
export type Value = string | number | bigint | boolean | Date | Uint8Array | null;

const noLimit = 0xffff;
const plpNull = 0xffff_ffff_ffff_ffffn;
const plpOpenEnd = 0xffff_ffff_ffff_fffen;
/** Latin1_General_100_BIN2: en-US, binary by code point. */
export const collation = Buffer.from([0x09, 0x04, 0x00, 0x22, 0x00]);

const day = 86_400_000;
const yearOne = Date.UTC(2000, 0, 1) - 730_119 * day;
const year1900 = Date.UTC(1900, 0, 1);

interface OnWire {
  /** Type and size, as a column's description has them. */
  describe: Buffer;
  /** A value that is not null. */
  write: (value: NonNullable<Value>) => Buffer;
  /** Null. */
  none: Buffer;
}

const short = (described: number[], write: (bytes: Bytes, value: NonNullable<Value>) => Bytes): OnWire => ({
  describe: Buffer.from(described),
  write: (value) => new Bytes().shortBytes(write(new Bytes(), value).done()).done(),
  none: Buffer.from([0]),
});

const long = (described: Bytes, encode: (value: NonNullable<Value>) => Buffer): OnWire => ({
  describe: described.done(),
  write: (value) => {
    const bytes = encode(value);
    const part = bytes.length === 0 ? new Bytes() : new Bytes().u32(bytes.length).raw(bytes);
    return new Bytes().i64(BigInt(bytes.length)).raw(part.done()).u32(0).done();
  },
  none: new Bytes().i64(-1n).done(),
});

const onWire: Record<ColumnType, OnWire> = {
  bit: short([0x68, 1], (bytes, value) => bytes.u8(Number(value) === 0 ? 0 : 1)),
  int: short([0x26, 4], (bytes, value) => bytes.i32(Number(value))),
  bigint: short([0x26, 8], (bytes, value) => bytes.i64(BigInt(value as bigint | number))),
  float: short([0x6d, 8], (bytes, value) => bytes.f64(Number(value))),
  datetime2: short([0x2a, 3], (bytes, value) => writeTime(bytes, new Date(value as Date | string))),
  nvarchar: long(new Bytes().u8(0xe7).u16(noLimit).raw(collation), (value) => Buffer.from(String(value), 'utf16le')),
  varbinary: long(new Bytes().u8(0xa5).u16(noLimit), (value) => Buffer.from(value as Uint8Array)),
};

function writeTime(bytes: Bytes, time: Date): Bytes {
  const sinceYearOne = time.getTime() - yearOne;
  return bytes.unsigned(sinceYearOne % day, 4).unsigned(Math.floor(sinceYearOne / day), 3);
}

export const describeType = (type: ColumnType): Buffer => onWire[type].describe;
export const writeValue = (type: ColumnType, value: Value): Buffer =>
  value === null ? onWire[type].none : onWire[type].write(value);

/** Reads a parameter's type, and gives what reads its value. */
export function readType(from: Cursor): (from: Cursor) => Value {
  const id = from.u8();
  switch (id) {
    case 0x26:
    case 0x68:
    case 0x6d:
    case 0x6f:
      from.u8();
      return (cursor) => readShort(id, cursor);
    case 0x2a: {
      const scale = from.u8();
      return (cursor) => readDateTime2(cursor, scale);
    }
    case 0xe7:
    case 0xa7:
      return readLong(from, { collated: true, decode: (bytes) => bytes.toString(id === 0xe7 ? 'utf16le' : 'latin1') });
    case 0xa5:
      return readLong(from, { collated: false, decode: (bytes) => Buffer.from(bytes) });
    default:
      throw new TypeError(`the stand-in does not know parameters of the type 0x${id.toString(16)}`);
  }
}

function readShort(id: number, from: Cursor): Value {
  const length = from.u8();
  if (length === 0) return null;
  if (id === 0x68) return from.u8() !== 0;
  if (id === 0x6d) return length === 4 ? from.f32() : from.f64();
  if (id === 0x6f) return new Date(year1900 + from.i32() * day + Math.round((from.u32() * 10) / 3));
  if (length === 8) return from.i64();
  return length === 4 ? from.i32() : from.unsigned(length);
}

function readDateTime2(from: Cursor, scale: number): Value {
  const length = from.u8();
  if (length === 0) return null;
  const units = from.unsigned(length - 3);
  return new Date(yearOne + from.unsigned(3) * day + Math.round((units / 10 ** scale) * 1000));
}

function readLong(from: Cursor, { collated, decode }: { collated: boolean; decode: (bytes: Buffer) => Value }) {
  const limit = from.u16();
  if (collated) from.raw(collation.length);
  return (cursor: Cursor): Value => {
    if (limit === noLimit) return readParts(cursor, decode);
    const length = cursor.u16();
    return length === noLimit ? null : decode(cursor.raw(length));
  };
}

/** A value without a limit comes in parts, the last of them empty. */
function readParts(from: Cursor, decode: (bytes: Buffer) => Value): Value {
  const length = from.u64();
  if (length === plpNull) return null;
  const parts: Buffer[] = [];
  for (let size = from.u32(); size > 0; size = from.u32()) parts.push(from.raw(size));
  const whole = Buffer.concat(parts);
  if (length !== plpOpenEnd && BigInt(whole.length) !== length) throw new RangeError('a long value has a wrong length');
  return decode(whole);
}
