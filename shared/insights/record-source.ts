/** The record as a database holds it. */
import type { Reads } from '../platform/platform.ts';
import type { Sealer } from '../platform/secrets/seal.ts';
import { listSeals } from '../events/seal.ts';
import { eventsAfter } from '../events/store.ts';
import type { RecordSource } from './check-record.ts';
import { recordHeads } from './record-heads.ts';

const pageSize = 5000;

/** Seals are trusted when the sealer's own key made them. */
export const recordInDatabase = (reads: Reads, sealer: Sealer): RecordSource => ({
  heads: () => recordHeads(reads),
  events: (after) => eventsAfter(reads, { after, limit: pageSize }),
  seals: () => listSeals(reads),
  signed: (text, seal) => sealer.verify(text, seal),
});
