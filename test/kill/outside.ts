/** Who is called outside: a verifier that finds nothing wrong, and a voter who says yes. */
import { signedHeaders } from '../../shared/platform/outbound/signature.ts';
import { openServer, type Server } from '../readiness/a-server.ts';
import type { Given } from './ledger.ts';
import { began } from './folder.ts';

export interface Outside extends Server {
  /** Of the voter's endpoint. */
  secret: string;
  /** Ballots of the voter. */
  given: Given[];
}

export async function openOutside(): Promise<Outside> {
  const state = { secret: '', given: [] as Given[] };
  const server = await openServer(({ path, body, headers }) => {
    if (path === '/verify')
      return {
        status: 200,
        body: JSON.stringify({ checks: [{ name: 'style', state: 'passed', reason: 'It is well.' }] }),
      };
    const { approval_id = '', definition_sha256 = '', job_id = '' } = JSON.parse(body) as Record<string, string>;
    state.given.push({ job_id, definition_sha256 });
    const ballot = { approval_id, definition_sha256, decision: 'yes', confidence: 0.8, reasoning: 'fits' };
    const text = JSON.stringify(ballot);
    const at = new Date(Number(headers['webhook-timestamp']) * 1000 || began.getTime());
    const id = `answer to ${String(headers['webhook-id'])}`;
    return { status: 200, headers: signedHeaders(state.secret, { id, at, body: text }), body: text };
  });
  return Object.assign(state, server);
}
