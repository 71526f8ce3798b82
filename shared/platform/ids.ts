/** Ids: a prefix that says what it is, and a lower-case ULID, so that their order is time. */
import type { Random } from './platform.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** `job_01j…`: 48 bits of milliseconds, 80 random bits. */
export function newId(prefix: string, at: Date, random: Random): string {
  let tail = '';
  for (const byte of random.bytes(16)) tail += alphabet[byte % 32];
  return firstIdOf(prefix, at) + tail;
}

/** Below every id of this prefix that was given from then on, and above all earlier ones. */
export function firstIdOf(prefix: string, at: Date): string {
  let time = '';
  for (let rest = at.getTime(), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = alphabet[rest % 32] + time;
  return `${prefix}_${time}`;
}
