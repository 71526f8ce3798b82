/** deleteResource: there is no more of something. */
import type { Caller } from '../access/caller.ts';
import { nextEvent, record } from '../events/record.ts';
import { loseRace, refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { resourceAnswer } from './resource.ts';
import { lockResource, markResourceDeleted } from './store.ts';

/** The row stays, so that its stream goes on if it is registered again. Refuses `not_found`, and `in_use` while jobs hold a part. */
export const deleteResource = (platform: Platform, caller: Caller, { name }: { name: string }): Promise<void> =>
  platform.db.transaction('deleteResource', async (tx) => {
    const row = await lockResource(tx, { name });
    if (row === undefined || row.deleted_at !== null) refuse('not_found');
    if (row.allocated > 0)
      refuse('in_use', { detail: `Executing jobs hold ${resourceAnswer(row).allocated} ${row.unit} of "${name}".` });
    const head = { stream: `resource:${name}`, version: row.version, head_hash: row.head_hash };
    const event = nextEvent(tx, head, { type: 'deleted', actor: caller.id, data: {} });
    const said = { name, version: event.number, head_hash: event.hash, was_version: row.version };
    if ((await markResourceDeleted(tx, said)).length === 0) loseRace();
    record(tx, event);
  });
