/**
 * A verifier: before a job's question is opened, Muster asks it by mail whether all is well, and it answers by mail.
 * This one knows which categories are under a change freeze. The job's text is data: nothing in it can lift one.
 *
 *   MUSTER_FROZEN   frozen categories, separated by commas
 */
import { call, keepAlive, readMail } from './client.ts';

interface Asked {
  job_id: string;
  deployment_id: string;
  definition_sha256: string;
  definition: { category: string; priority: number };
}

const frozen = (process.env['MUSTER_FROZEN'] ?? '').split(',');

function check({ category, priority }: Asked['definition']) {
  const name = 'change-freeze';
  if (!frozen.includes(category)) return { name, state: 'passed', reason: `${category} is not frozen.` };
  const reason = `${category} is under a change freeze.`;
  if (priority === 1) return { name, state: 'warned', reason, remedy: 'It is let through because it is urgent.' };
  return { name, state: 'failed', reason, remedy: 'Wait until the freeze is over, or submit it with priority 1.' };
}

/** Says what the answer is about, so that it counts for nothing else. */
async function answer(correlation_id: string | null, asked: Asked): Promise<void> {
  const { job_id, deployment_id, definition_sha256, definition } = asked;
  const said = { job_id, deployment_id, definition_sha256, checks: [check(definition)] };
  await call('POST', '/v1/messages', { to_agent: 'muster', type: 'verification_answer', correlation_id, body: said });
}

await keepAlive();
await readMail<Asked>(async ({ type, correlation_id, body }) => {
  if (type === 'verification_request') await answer(correlation_id, body); // refused when it was asked anew meanwhile
});
