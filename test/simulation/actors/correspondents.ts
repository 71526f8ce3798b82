/** A head that Muster calls at its endpoint, and that answers in place: signed or not, to the point or not. */
import type { OutboundAnswer, OutboundRequest } from '../../../shared/platform/outbound/outbound.ts';
import { signedHeaders } from '../../../shared/platform/outbound/signature.ts';
import { heartbeat } from '../../../shared/tasks/heartbeat.ts';
import { registerAgent } from '../../../shared/tasks/register-agent.ts';
import type { Actor, Life } from '../life.ts';
import { admin, asAgent } from '../town.ts';
import { ask, askOn } from './asking.ts';
import { register } from './verifiers.ts';

const id = 'hella';
const host = 'hella.test';

interface Asked {
  type: string;
  approval_id: string;
  verification_id: string;
  job_id: string;
  deployment_id: string;
  definition_sha256: string;
}

const said = { role: 'category_head' as const, categories: ['data'], owner_id: 'owner_of_hella' };

/** Registers itself until it has heard its secret: a new endpoint has a new one. */
export const correspondent: Actor = async (life) => {
  let secret: string | undefined;
  life.listen(host, (request, at) => answer(life, { request, at, secret }));
  for (let tries = 0; secret === undefined && !life.isOver; tries++) {
    const line = life.ledger.note('agent', { id, ...said, max_concurrent_tasks: 1 });
    const put = { agent_id: id, ...said, endpoint: `https://${host}/${tries}` };
    const registered = await askOn(life, line, (platform) => registerAgent(platform, admin, put));
    secret = registered?.endpoint_secret ?? undefined;
    await life.sleep(life.random.between(1, 20));
  }
  if (life.random.chance(0.4)) await register(life, id);
  if (life.random.chance(0.3)) await move(life);
  while (!life.isOver) {
    await ask(life, 'heartbeat', (platform) => heartbeat(platform, asAgent(id), { agent_id: id, fences: [] }));
    await life.sleep(110);
  }
};

/** It has no endpoint any more, though it may have been asked there: from then on it only says that it lives. */
async function move(life: Life): Promise<void> {
  await life.sleep(life.random.between(30, 200));
  const gone = { agent_id: id, ...said, endpoint: null };
  await ask(life, 'registerAgent', (platform) => registerAgent(platform, admin, gone));
}

interface Answering {
  request: OutboundRequest;
  at: Date;
  secret: string | undefined;
}

function answer(life: Life, { request, at, secret }: Answering): OutboundAnswer {
  const asked = JSON.parse(String(request.body ?? '{}')) as Asked;
  const { random, isCalm } = life;
  if (secret === undefined || (!isCalm && random.chance(0.2))) return answered(202, '{}');
  const told = asked.type === 'verification_request' ? checks(life, asked) : ballot(life, asked);
  const body = !isCalm && random.chance(0.1) ? 'no JSON' : JSON.stringify(told);
  const isSigned = isCalm || random.chance(0.8);
  const headers = isSigned ? signedHeaders(secret, { id: 'answer', at, body }) : {};
  return answered(200, body, headers);
}

const answered = (status: number, body: string, headers: Record<string, string> = {}): OutboundAnswer => ({
  ...{ status, body, latency_milliseconds: 20 },
  headers: { 'content-type': 'application/json', ...headers },
});

/** Its ballot, or one that names another question. */
function ballot({ random, ledger, isCalm }: Life, { approval_id, job_id, definition_sha256 }: Asked) {
  const decision = !isCalm && random.chance(0.1) ? ('no' as const) : ('yes' as const);
  const reasoning = `of ${definition_sha256}`;
  const isAstray = !isCalm && random.chance(0.1);
  if (!isAstray) ledger.note('ballot', { voter: id, job_id, definition_sha256, decision, reasoning });
  const named = isAstray ? 'approval_another' : approval_id;
  return { approval_id: named, definition_sha256, decision, confidence: 1, reasoning, evidence: [] };
}

function checks({ random, isCalm }: Life, { verification_id, job_id, deployment_id, definition_sha256 }: Asked) {
  const state = isCalm || random.chance(0.8) ? 'passed' : 'failed';
  const named = isCalm || random.chance(0.9) ? verification_id : 'vrf_another';
  const found = [{ name: 'audited', state, reason: 'seen' }];
  return { verification_id: named, job_id, deployment_id, definition_sha256, checks: found };
}
