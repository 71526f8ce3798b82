import { sendMessages } from '../../../shared/messages/send.ts';
import { registerVerifier } from '../../../shared/readiness/register-verifier.ts';
import { registerAgent } from '../../../shared/tasks/register-agent.ts';
import type { ReceivedMessage } from '../../../shared/messages/message.ts';
import type { Actor, Life } from '../life.ts';
import { admin, asAgent } from '../town.ts';
import { ask, askUntilHeard } from './asking.ts';
import { receive, settleMail } from './mail.ts';

const id = 'vera';

/** Is asked by mail whether a job is as it should be, and answers by mail; until then the job waits. */
export const verifier: Actor = async (life) => {
  const worker = { agent_id: id, role: 'worker' as const, owner_id: 'ops' };
  await askUntilHeard(life, 'registerAgent', (platform) => registerAgent(platform, admin, worker));
  await register(life, id);
  while (!life.isOver) {
    await life.sleep(life.isCalm ? 30 : life.random.between(10, 120));
    for (const message of await receive(life, id, 5)) await answer(life, message);
  }
};

/** From now on jobs of `data` wait for what it says. */
export const register = (life: Life, agent_id: string): Promise<void> =>
  askUntilHeard(life, 'registerVerifier', (platform) =>
    registerVerifier(platform, admin, { name: `audit_${agent_id}`, agent_id, categories: ['data'] }),
  );

async function answer(life: Life, { message_id, receipt, body, correlation_id, type }: ReceivedMessage): Promise<void> {
  const { random, isCalm } = life;
  if (type === 'verification_request' && (isCalm || random.chance(0.8))) {
    const { job_id, deployment_id, definition_sha256 } = body;
    const state = isCalm || random.chance(0.7) ? 'passed' : 'failed';
    const checks = [{ name: 'audited', state, reason: 'seen' }];
    const about = { job_id: job_id ?? '', deployment_id: deployment_id ?? '', checks };
    const sha = isCalm || random.chance(0.9) ? definition_sha256 : 'of another';
    const sent = { ...about, definition_sha256: sha ?? '' };
    const mail = { to_agent: 'muster', type: 'verification_answer' as const, priority: 5, body: sent };
    const correlated = correlation_id === null ? mail : { ...mail, correlation_id };
    await ask(life, 'sendMessages', (platform) => sendMessages(platform, asAgent(id), { messages: [correlated] }));
  }
  await settleMail(life, id, [{ message_id, receipt, action: 'acknowledge' }]);
}
