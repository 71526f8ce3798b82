/** The record as a database holds it. */
import type { Reads } from '../platform/platform.ts';
import type { Signer } from '../platform/secrets/seal.ts';
import { listSeals } from '../events/seal.ts';
import { eventsAfter } from '../events/store.ts';
import type { RecordSource } from './check-record.ts';
import { recordHeads } from './record-heads.ts';

const pageSize = 5000;

/** Seals are trusted that the signer says were made by a key of its own. */
export const recordInDatabase = (reads: Reads, signer: Pick<Signer, 'verify'>): RecordSource => ({
  heads: () => recordHeads(reads),
  events: (after) => eventsAfter(reads, { after, limit: pageSize }),
  seals: () => listSeals(reads),
  signed: (text, seal) => signer.verify(text, seal),
});
