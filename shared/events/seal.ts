/** sealRecord: once a day the heads of all streams that changed are listed, signed and stored. */
import { z } from 'zod';
import type { Platform, Reads } from '../platform/platform.ts';
import { newId } from '../platform/ids.ts';
import { time } from '../platform/wire.ts';
import { allSeals, insertSeal, lastCursor, newestSeal, streamEnds } from './store.ts';
import { sealText } from './verify.ts';

export const Seal = z
  .strictObject({
    id: z.string(),
    at: time,
    through_cursor: z.int(),
    heads: z.array(z.strictObject({ stream: z.string(), number: z.int(), hash: z.string() })),
    key_id: z.string(),
    signature: z.string(),
  })
  .meta({ id: 'Seal' });

/** A key that may have signed seals; the first of a list signs now. */
export const SealKey = z
  .strictObject({
    key_id: z.string(),
    public_key: z.string().describe('Ed25519, or ECDSA on P-256: SubjectPublicKeyInfo, DER in base64'),
  })
  .meta({ id: 'SealKey' });

/** Signs what has been recorded since the last seal; does nothing where there is nothing new. */
export async function sealRecord(platform: Platform): Promise<void> {
  const { read } = platform.db;
  const previous = await newestSeal(read, {});
  const after = previous?.through_cursor ?? 0;
  const through_cursor = (await lastCursor(read, {}))?.cursor ?? 0;
  if (through_cursor === after) return;
  const heads = await streamEnds(read, { after, through: through_cursor });
  const at = platform.clock.now();
  const unsigned = { id: newId('seal', at, platform.random), at, through_cursor, heads };
  const signed = await platform.sealer.sign(sealText(unsigned));
  await platform.db.transaction('sealRecord', async (tx) => {
    const newest = await newestSeal(tx, {});
    if ((newest?.through_cursor ?? 0) === after) await insertSeal(tx, { ...unsigned, ...signed });
  });
  platform.log.info({ seal: unsigned.id, streams: heads.length, signature: signed.signature }, 'the record is sealed');
}

/** All seals, oldest first. */
export const listSeals = (reads: Reads) => allSeals(reads, {});
