/** What goes to a voter's endpoint, and what may come back. */
import type { OutboundAnswer, OutboundRequest } from '../platform/outbound/outbound.ts';
import { isSigned, signedHeaders } from '../platform/outbound/signature.ts';
import type { Platform } from '../platform/platform.ts';
import { findDeployment } from '../deployments/store.ts';
import { SignedBallot, type Approval, type Ballot } from './approval.ts';
import { requestOf } from './tell-voters.ts';

interface Calling {
  ask_id: string;
  url: string;
  secret: string;
}

/** The signed call, with the same `webhook-id` at each try. */
export async function callFor(
  platform: Platform,
  approval: Approval,
  { ask_id, url, secret }: Calling,
): Promise<OutboundRequest> {
  const body = await questionBody(platform, approval);
  const headers = signedHeaders(secret, { id: ask_id, at: platform.clock.now(), body });
  return { url, method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
}

async function questionBody({ db }: Platform, approval: Approval): Promise<string> {
  const deployment = await findDeployment(db.read, { id: approval.deployment_id });
  if (deployment === undefined) throw new Error(`approval ${approval.id} has lost its deployment`);
  const { definition, estimate, readiness } = deployment;
  const asked = requestOf(approval, definition.job_name);
  return JSON.stringify({ type: 'approval_request', ...asked, definition, estimate, readiness });
}

interface Expected {
  secret: string;
  approval_id: string;
  at: Date;
}

/** The ballot in an answer. An answer that is not signed, is no ballot, or names another question is ignored. */
export function ballotIn(answer: OutboundAnswer, { secret, approval_id, at }: Expected): Ballot | undefined {
  if (!isSigned(secret, { headers: answer.headers, body: answer.body, at })) return undefined;
  const parsed = SignedBallot.safeParse(jsonIn(answer.body));
  if (!parsed.success || parsed.data.approval_id !== approval_id) return undefined;
  const { approval_id: _, ...ballot } = parsed.data;
  return ballot;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON, no ballot
  }
}
