/** deleteVerifier: its checks take part no more. */
import type { Caller } from '../access/caller.ts';
import { nextEvent, record } from '../events/record.ts';
import { loseRace, refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { awaitedVerifier } from './verifier.ts';
import { lockVerifier, markVerifierDeleted } from './store/verifiers.ts';

/** Wakes the jobs that wait for it. The row stays, so that its stream can go on. Refuses `not_found`. */
export const deleteVerifier = (platform: Platform, caller: Caller, { name }: { name: string }): Promise<void> =>
  platform.db.transaction('deleteVerifier', async (tx) => {
    const row = await lockVerifier(tx, { name });
    if (row === undefined || row.deleted_at !== null) refuse('not_found');
    const head = { stream: `verifier:${name}`, version: row.version, head_hash: row.head_hash };
    const event = nextEvent(tx, head, { type: 'deleted', actor: caller.id, data: {} });
    const said = { name, version: event.number, head_hash: event.hash, was_version: row.version };
    if ((await markVerifierDeleted(tx, said)).length === 0) loseRace();
    record(tx, event);
    tx.ring('wake', awaitedVerifier(name));
  });
