/** The secret that signs what is posted to an agent's endpoint: made once, sealed, and shown once. */
import { keepSealed, sealedValues } from '../access/sealed.ts';
import { newId } from '../platform/ids.ts';
import { webhookSecret } from '../platform/outbound/signature.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import type { Sealed } from '../platform/secrets/seal.ts';
import { findAgent } from './store.ts';

/** A secret from nothing; keep it in the transaction that gives the endpoint. */
export interface EndpointSecret {
  id: string;
  path: string;
  sealed: Sealed;
  /** `whsec_` and base64, as Standard Webhooks write it. */
  plain: string;
}

const pathOf = (agent_id: string): string => `agents.${agent_id}.endpoint_secret`;

/** 32 random bytes, sealed for this agent. */
export async function newEndpointSecret(platform: Platform, agent_id: string): Promise<EndpointSecret> {
  const plain = webhookSecret(platform.random);
  const path = pathOf(agent_id);
  const id = newId('sec', platform.clock.now(), platform.random);
  return { id, path, sealed: await platform.sealer.seal(plain, path), plain };
}

export const keepEndpointSecret = (tx: Tx, { id, path, sealed }: EndpointSecret): Promise<void> =>
  keepSealed(tx, { id, path, sealed });

/** Where to post to an agent and what to sign with; undefined where it has no endpoint. */
export async function openEndpoint(
  platform: Platform,
  agent_id: string,
): Promise<{ url: string; secret: string } | undefined> {
  const agent = await findAgent(platform.db.read, { id: agent_id });
  const { endpoint = null, endpoint_secret_id = null } = agent ?? {};
  if (endpoint === null || endpoint_secret_id === null) return undefined;
  const [value] = await sealedValues(platform.db.read, [endpoint_secret_id]);
  if (value === undefined) throw new Error(`the endpoint secret of ${agent_id} is gone`);
  return { url: endpoint, secret: await platform.sealer.open(value, value.path) };
}
