/** registerVerifier: lets somebody else's checks take part in readiness. */
import { keepSealed } from '../access/sealed.ts';
import type { Caller } from '../access/caller.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { loseRace } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import { webhookSecret } from '../platform/outbound/signature.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { Sealed } from '../platform/secrets/seal.ts';
import { insertVerifier, lockVerifier, updateVerifier } from './store/verifiers.ts';
import { secretPath, verifierAnswer, type RegisterVerifier, type VerifierRow } from './verifier.ts';

/**
 * Registers a verifier, or says anew where it is. A new one gets a signing secret, shown this once; to rotate
 * it, delete the verifier and register it again. Wakes the jobs that wait for it.
 */
export async function registerVerifier(platform: Platform, caller: Caller, input: RegisterVerifier) {
  const made = await newSecret(platform, input.name);
  return platform.db.transaction('registerVerifier', async (tx) => {
    const row = await lockVerifier(tx, { name: input.name });
    tx.ring('wake', awaitedVerifier(input.name));
    if (row !== undefined && isAsSaid(row, input)) return { ...verifierAnswer(row), secret: null };
    const standing = row?.deleted_at === null ? row : undefined;
    if (standing === undefined) await keepSealed(tx, made);
    const secret_id = standing?.secret_id ?? made.id;
    const written = await write(tx, caller, { row, said: { ...input, secret_id } });
    return { ...verifierAnswer(written), secret: standing === undefined ? made.secret : null };
  });
}

/** What a job waits for that a verifier found wanting. */
export const awaitedVerifier = (name: string): string => `verifier:${name}`;

interface Made {
  id: string;
  path: string;
  sealed: Sealed;
  /** As Standard Webhooks writes it. */
  secret: string;
}

/** Made before the transaction, which does nothing but SQL; a verifier that has one keeps its own. */
async function newSecret({ clock, random, sealer }: Platform, verifier: string): Promise<Made> {
  const secret = webhookSecret(random);
  const path = secretPath(verifier);
  return { id: newId('sec', clock.now(), random), path, sealed: await sealer.seal(secret, path), secret };
}

const isAsSaid = (row: VerifierRow, { url, categories }: RegisterVerifier): boolean =>
  row.deleted_at === null && row.url === url && row.categories.join() === categories.join();

interface Writing {
  row: VerifierRow | undefined;
  said: RegisterVerifier & { secret_id: string };
}

async function write(tx: Tx, caller: Caller, { row, said }: Writing): Promise<VerifierRow> {
  const stream = `verifier:${said.name}`;
  const head = row === undefined ? newStream(stream) : { stream, version: row.version, head_hash: row.head_hash };
  const { url, categories } = said;
  const event = nextEvent(tx, head, { type: 'registered', actor: caller.id, data: { url, categories } });
  const next = { ...said, version: event.number, head_hash: event.hash };
  if (row === undefined) await insertVerifier(tx, next);
  else if ((await updateVerifier(tx, { ...next, was_version: row.version })).length === 0) loseRace();
  await record(tx, event);
  return { ...next, changed_at: tx.at, deleted_at: null };
}
