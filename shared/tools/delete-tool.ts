/** deleteTool: jobs can no longer be given this tool. */
import type { Caller } from '../access/caller.ts';
import { nextEvent, record } from '../events/record.ts';
import { loseRace, refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { firstUseOf, lockTool, markToolDeleted } from './store.ts';

/**
 * The row stays, so that its stream goes on if the tool is registered again. Refuses `not_found`, and `in_use`
 * while jobs execute with it.
 */
export const deleteTool = (platform: Platform, caller: Caller, { name }: { name: string }): Promise<void> =>
  platform.db.transaction('deleteTool', async (tx) => {
    const row = await lockTool(tx, { name });
    if (row === undefined || row.deleted_at !== null) refuse('not_found');
    const use = await firstUseOf(tx, { tool_name: name });
    if (use !== undefined) refuse('in_use', { detail: `The deployment ${use.deployment_id} executes with "${name}".` });
    const head = { stream: `tool:${name}`, version: row.version, head_hash: row.head_hash };
    const event = nextEvent(tx, head, { type: 'deleted', actor: caller.id, data: {} });
    const said = { name, version: event.number, head_hash: event.hash, was_version: row.version };
    if ((await markToolDeleted(tx, said)).length === 0) loseRace();
    record(tx, event);
  });
