/** registerTool: makes a tool known to jobs. */
import type { Caller } from '../access/caller.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { loseRace } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { insertTool, lockTool, updateTool, type ToolWrite } from './store.ts';
import { toolAnswer, type RegisterTool, type ToolRow } from './tool.ts';
import { awaitedTool } from './use.ts';

/**
 * Registers a tool, or says anew what it is; saying the same again changes nothing. Wakes the jobs that wait
 * for it, or for its credential, in any case: what they lack may be there by now.
 */
export const registerTool = (platform: Platform, caller: Caller, input: RegisterTool) =>
  platform.db.transaction('registerTool', async (tx) => {
    const said = saidIn(input);
    const row = await lockTool(tx, { name: said.name });
    for (const awaited of awaitedBy(said, row)) tx.ring('wake', awaited);
    return toolAnswer(row !== undefined && isAsSaid(row, said) ? row : await write(tx, caller, { row, said }));
  });

type Said = Omit<ToolWrite, 'version' | 'head_hash'>;

const saidIn = (input: RegisterTool): Said => ({
  name: input.name,
  tool_type: input.tool_type,
  description: input.description ?? null,
  probe_url: input.probe_url ?? null,
  rate_limit: input.rate_limit ?? null,
  secret_name: input.secret_name ?? null,
  secret_expires_at: input.secret_expires_at ?? null,
});

/** The tool, its secret, and the one it had before. */
function awaitedBy({ name, secret_name }: Said, row: ToolRow | undefined): Set<string> {
  const secrets = [secret_name, row?.secret_name ?? null].filter((secret) => secret !== null);
  return new Set([awaitedTool(name), ...secrets.map((secret) => `credential:${secret}`)]);
}

const isAsSaid = (row: ToolRow, said: Said): boolean =>
  row.deleted_at === null &&
  row.tool_type === said.tool_type &&
  row.description === said.description &&
  row.probe_url === said.probe_url &&
  row.rate_limit === said.rate_limit &&
  row.secret_name === said.secret_name &&
  row.secret_expires_at?.getTime() === said.secret_expires_at?.getTime();

async function write(
  tx: Tx,
  caller: Caller,
  { row, said }: { row: ToolRow | undefined; said: Said },
): Promise<ToolRow> {
  const { name, secret_expires_at, ...rest } = said;
  const stream = `tool:${name}`;
  const head = row === undefined ? newStream(stream) : { stream, version: row.version, head_hash: row.head_hash };
  const data = { ...rest, secret_expires_at: secret_expires_at?.toISOString() ?? null };
  const event = nextEvent(tx, head, { type: 'registered', actor: caller.id, data });
  const next = { ...said, version: event.number, head_hash: event.hash };
  if (row === undefined) await insertTool(tx, next);
  else if ((await updateTool(tx, { ...next, was_version: row.version })).length === 0) loseRace();
  record(tx, event);
  return { ...next, changed_at: tx.at, deleted_at: null };
}
