/** Asks an agent's endpoint whether it is there, by a signed call. */
import { openEndpoint } from '../agents/endpoint.ts';
import { OutboundFault } from '../platform/outbound/outbound.ts';
import { signedHeaders } from '../platform/outbound/signature.ts';
import type { Platform } from '../platform/platform.ts';

/** Null: it answers with success. Undefined: it has no endpoint. Else what is wrong. */
export async function probeFault(
  platform: Platform,
  { agent_id, webhook_id }: { agent_id: string; webhook_id: string },
): Promise<string | null | undefined> {
  const endpoint = await openEndpoint(platform, agent_id);
  if (endpoint === undefined) return undefined;
  const body = JSON.stringify({ type: 'probe', agent_id });
  const signed = signedHeaders(endpoint.secret, { id: webhook_id, at: platform.clock.now(), body });
  const headers = { 'content-type': 'application/json', ...signed };
  try {
    const { status } = await platform.outbound.call({ url: endpoint.url, method: 'POST', headers, body });
    return status >= 200 && status < 300 ? null : `its endpoint answered ${status}`;
  } catch (error) {
    // That the endpoint cannot be reached is what the probe is there to find out.
    if (!(error instanceof OutboundFault)) throw error;
    return `its endpoint: ${error.message}`;
  }
}
