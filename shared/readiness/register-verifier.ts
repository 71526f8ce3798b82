/** registerVerifier: lets somebody else's checks take part in readiness. */
import type { Caller } from '../access/caller.ts';
import { findAgent } from '../agents/store.ts';
import { refuse } from '../outcomes.ts';
import { newId } from '../platform/ids.ts';
import { webhookSecret } from '../platform/outbound/signature.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { putVerifier, type NewSecret } from '../tools/put-verifier.ts';
import { lockVerifier } from '../tools/store/verifiers.ts';
import { secretPath, verifierAnswer, type RegisterVerifier } from '../tools/verifier.ts';

/**
 * Registers a verifier, or says anew who it is. A new one with a URL gets a signing secret, shown this once; to
 * rotate it, delete the verifier and register it again. Wakes the jobs that wait for it. Refuses `invalid`
 * (`/agent_id`) for an agent that is not there.
 */
export async function registerVerifier(platform: Platform, caller: Caller, said: RegisterVerifier) {
  const secret = said.url === undefined ? undefined : await newSecret(platform, said.name);
  return platform.db.transaction('registerVerifier', async (tx) => {
    const was = await lockVerifier(tx, { name: said.name });
    if (said.agent_id !== undefined) await refuseAbsent(tx, said.agent_id);
    const { row, secret_is_new } = await putVerifier(tx, caller, { row: was, said, secret });
    return { ...verifierAnswer(row), secret: secret_is_new ? (secret?.plain ?? null) : null };
  });
}

/** One that is retired later is found out by the check. */
async function refuseAbsent(tx: Tx, agent_id: string): Promise<void> {
  const agent = await findAgent(tx, { id: agent_id });
  if (agent !== undefined && agent.state !== 'retired') return;
  const message = `there is no agent ${agent_id} in service; register it first`;
  refuse('invalid', { errors: [{ pointer: '/agent_id', message }] });
}

/** As Standard Webhooks writes it, beside its sealed form. */
async function newSecret(
  { clock, random, sealer }: Platform,
  verifier: string,
): Promise<NewSecret & { plain: string }> {
  const plain = webhookSecret(random);
  const path = secretPath(verifier);
  return { id: newId('sec', clock.now(), random), path, sealed: await sealer.seal(plain, path), plain };
}
