/** Rows as the stores know them: names to values, JSON parsed, whole numbers as numbers. */
import type { RecordSet } from './session.ts';
import type { Shape } from './shape.ts';

type Decode = (value: unknown) => unknown;

const decoders: Record<'json' | 'cursor' | 'bigint', Decode> = {
  json: (text): unknown => JSON.parse(text as string),
  cursor: (bytes) => exact(Number((bytes as Buffer).readBigUInt64BE())),
  bigint: (text) => exact(Number(text)),
};

/** Times of the driver carry more than a time. */
const plain: Decode = (value) => (value instanceof Date ? new Date(value.getTime()) : value);

/** Throws on a number that a double does not hold exactly. */
export function rowsOf({ columns, rows }: RecordSet, { decoded: kinds }: Shape): Record<string, unknown>[] {
  const decoded = columns.map(({ name, isBigInt }): { name: string; decode: Decode } => {
    const kind = kinds.get(name) ?? (isBigInt ? 'bigint' : undefined);
    return { name, decode: kind === undefined ? plain : decoders[kind] };
  });
  return rows.map((row) =>
    Object.fromEntries(decoded.map(({ name, decode }, at) => [name, row[at] === null ? null : decode(row[at])])),
  );
}

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is beyond the whole numbers that are exact`);
  return value;
}
