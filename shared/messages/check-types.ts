/** Holds messages against their types, before they are sent. */
import { refuse, type PointedError } from '../outcomes.ts';
import type { Config } from '../platform/config.ts';
import type { Reads } from '../platform/platform.ts';
import { misfitsIn } from './check-body.ts';
import { usualBytes, type CustomType } from './custom-type.ts';
import { isBuiltIn, ofMuster, type OneMessage } from './message.ts';
import { typesAmong } from './store/custom-types.ts';

/**
 * Gives the version of each custom type among them, as it was read: who sends makes sure that it still stands. Refuses
 * `invalid` for a type that is not there and for a body that does not fit, and `too_large`.
 */
export async function checkTypes(reads: Reads, messages: readonly OneMessage[]): Promise<Map<string, number>> {
  const byType = Map.groupBy(messages.entries(), ([, { type }]) => type);
  const custom = [...byType.keys()].filter((type) => !isBuiltIn(type));
  const known = new Map((await typesAmong(reads, custom)).map((row) => [row.name, row]));
  const errors: PointedError[] = [];
  for (const [type, sent] of byType) {
    const row = known.get(type);
    if (!isSendable(type, row))
      errors.push(...sent.map(([i]) => ({ pointer: at(messages, i, '/type'), message: unknown })));
    else errors.push(...(await misfits(reads.config, messages, { sent, row })));
  }
  if (errors.length > 0) refuse('invalid', { errors: errors.slice(0, 50) });
  return new Map([...known.values()].map(({ name, version }) => [name, version]));
}

const unknown = 'no type that can be sent; listMessageTypes gives those there are';

const isSendable = (type: string, row: CustomType | undefined): boolean =>
  isBuiltIn(type) ? !ofMuster.some((name) => name === type) : row !== undefined;

/** Where a place in one of them is in the request. */
const at = (messages: readonly OneMessage[], index: number, place: string): string =>
  messages.length === 1 ? place : `/messages/${index}${place}`;

async function misfits(
  config: Config,
  messages: readonly OneMessage[],
  { sent, row }: { sent: readonly [number, OneMessage][]; row: CustomType | undefined },
): Promise<PointedError[]> {
  const most = row?.max_bytes ?? usualBytes;
  for (const [i, { body, type }] of sent) {
    if (Buffer.byteLength(JSON.stringify(body)) > most)
      refuse('too_large', {
        detail: `The body at ${at(messages, i, '/body')} is of the type ${type}: at most ${most} bytes.`,
      });
  }
  if (row === undefined) return [];
  const found = await misfitsIn(
    config,
    row,
    sent.map(([, { body }]) => body),
  );
  return sent.flatMap(([i], n) =>
    (found[n] ?? []).map(({ pointer, message }) => ({ pointer: at(messages, i, `/body${pointer}`), message })),
  );
}
