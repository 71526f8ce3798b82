/** The webhook of whoever is on call. */
import { databaseTime } from '../../platform/database/time.ts';
import type { Reads } from '../../platform/platform.ts';
import type { Hearer } from '../hearing.ts';
import { readRota } from './set.ts';
import { webhooksInTurn } from './shifts.ts';

interface OnCall {
  hearer: Hearer;
  digest: boolean;
}

/** Where that one is not enabled, the next in turn whose is: somebody must hear. Undefined: nobody, or no rota. */
export async function onCallNow(reads: Reads, hearers: readonly Hearer[]): Promise<OnCall | undefined> {
  const rota = await readRota(reads);
  if (rota === undefined) return undefined;
  const ids = webhooksInTurn(rota, await databaseTime(reads));
  const hearer = ids.map((id) => hearers.find((each) => each.id === id)).find((each) => each !== undefined);
  return hearer === undefined ? undefined : { hearer, digest: rota.digest };
}
