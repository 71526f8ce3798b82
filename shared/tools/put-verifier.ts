/** Writes what is said of a verifier: its row, its event, and the secret of a new URL. */
import type { Caller } from '../access/caller.ts';
import { keepSealed } from '../access/sealed.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { loseRace } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import type { Sealed } from '../platform/secrets/seal.ts';
import { insertVerifier, updateVerifier } from './store/verifiers.ts';
import { awaitedVerifier, type RegisterVerifier, type VerifierRow } from './verifier.ts';

/** Made before the transaction, which does nothing but SQL; a URL that has a secret keeps its own. */
export interface NewSecret {
  id: string;
  path: string;
  sealed: Sealed;
}

export interface VerifierPut {
  /** As locked by this transaction, deleted or not. */
  row: VerifierRow | undefined;
  said: RegisterVerifier;
  /** Undefined where an agent is asked. */
  secret: NewSecret | undefined;
}

/** Creates or changes a verifier and wakes the jobs that wait for it; saying the same again writes nothing. */
export async function putVerifier(
  tx: Tx,
  caller: Caller,
  { row, said, secret }: VerifierPut,
): Promise<{ row: VerifierRow; secret_is_new: boolean }> {
  tx.ring('wake', awaitedVerifier(said.name));
  if (row !== undefined && isAsSaid(row, said)) return { row, secret_is_new: false };
  const kept = row?.deleted_at === null ? row.secret_id : null;
  const secret_is_new = secret !== undefined && kept === null;
  if (secret_is_new) await keepSealed(tx, secret);
  const secret_id = secret === undefined ? null : (kept ?? secret.id);
  return { row: await write(tx, caller, { row, said, secret_id }), secret_is_new };
}

const isAsSaid = (row: VerifierRow, { url, agent_id, categories }: RegisterVerifier): boolean =>
  row.deleted_at === null &&
  row.url === (url ?? null) &&
  row.agent_id === (agent_id ?? null) &&
  row.categories.join() === categories.join();

interface Writing {
  row: VerifierRow | undefined;
  said: RegisterVerifier;
  secret_id: string | null;
}

async function write(tx: Tx, caller: Caller, { row, said, secret_id }: Writing): Promise<VerifierRow> {
  const { name, categories } = said;
  const stream = `verifier:${name}`;
  const head = row === undefined ? newStream(stream) : { stream, version: row.version, head_hash: row.head_hash };
  const data = { url: said.url ?? null, agent_id: said.agent_id ?? null, categories };
  const event = nextEvent(tx, head, { type: 'registered', actor: caller.id, data });
  const next = { name, ...data, secret_id, version: event.number, head_hash: event.hash };
  if (row === undefined) await insertVerifier(tx, next);
  else if ((await updateVerifier(tx, { ...next, was_version: row.version })).length === 0) loseRace();
  record(tx, event);
  return { ...next, changed_at: tx.at, deleted_at: null };
}
