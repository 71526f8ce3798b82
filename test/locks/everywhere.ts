/** A walk through every verb, stage and sweep that opens a transaction, for what must hold of each of them. */
import { listActionItems } from '../../shared/access/list-action-items.ts';
import { settleActionItem } from '../../shared/access/settle-action-item.ts';
import { ensureAdmin } from '../../shared/access/first-admin.ts';
import { deleteKey, issueKey } from '../../shared/access/keys.ts';
import { deletePrincipal, putPrincipal } from '../../shared/access/principals.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { getBudget, putBudget } from '../../shared/budgets/set.ts';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { sealRecord } from '../../shared/events/seal.ts';
import { putTemplate } from '../../shared/jobs/templates.ts';
import { drainAgent } from '../../shared/liveness/drain.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { recoverAgents } from '../../shared/liveness/recover.ts';
import { restoreAgent } from '../../shared/liveness/restore.ts';
import { SendInput } from '../../shared/messages/message.ts';
import { putChannels } from '../../shared/messages/put-channels.ts';
import { putMessageType } from '../../shared/messages/put-type.ts';
import { receiveMessages } from '../../shared/messages/receive.ts';
import { resendDeadLetters } from '../../shared/messages/resend.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { settleMessages } from '../../shared/messages/settle.ts';
import { signedHeaders } from '../../shared/platform/outbound/signature.ts';
import { deleteResource } from '../../shared/resources/delete-resource.ts';
import { voidStageLeases } from '../../shared/road/ring-due-work.ts';
import { assignTask } from '../../shared/road/assign.ts';
import { submitFromTemplate } from '../../shared/road/submit-from-template.ts';
import { AssignInput } from '../../shared/tasks/assignment.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { deleteTool } from '../../shared/tools/delete-tool.ts';
import { deleteVerifier } from '../../shared/tools/delete-verifier.ts';
import type { Asked, Said } from '../readiness/a-server.ts';
import { verifyingAgent } from '../tools/a-tool.ts';
import { admin, asAgent, definition, submitter, type Town } from '../road/town.ts';
import { webhooks } from './everywhere-webhooks.ts';

interface Way {
  town: Town;
  /** A server on the loopback, and what it answers. */
  url: string;
  answers: (answer: (asked: Asked) => Said) => void;
}

/** Those that need a key vault or Entra ID, whose own tests open worlds too. */
export const elsewhere = ['firstDataKeys', 'noteSignIn', 'rotateDataKeys'];

export async function goEverywhere(way: Way): Promise<void> {
  await people(way);
  await things(way);
  await mail(way);
  await oneJob(way);
  await others(way);
  await faults(way);
  await orders(way);
  await plans(way);
  await recoveries(way);
  await webhooks(way);
  await ends(way);
}

async function people({ town: { platform } }: Way): Promise<void> {
  await ensureAdmin(platform);
  await putPrincipal(platform, admin, { id: 'olga', kind: 'person', roles: ['admin', 'reader'] });
  await putPrincipal(platform, admin, { id: 'bot', kind: 'service', roles: ['reader'], owner_id: 'olga' });
  const key = await issueKey(platform, admin, { principal_id: 'bot' });
  await deleteKey(platform, admin, { principal_id: 'bot', key_id: key.id });
  await deletePrincipal(platform, admin, { id: 'bot' });
}

async function things({ town }: Way): Promise<void> {
  const { platform } = town;
  await getBudget(platform, admin, { scope: 'month' });
  await putBudget(platform, admin, { scope: 'month', limit_usd: 900 });
  const price = { input_usd_per_million: 1, cached_input_usd_per_million: 1, output_usd_per_million: 1 };
  await putPrices(platform, admin, PricesInput.parse({ overrides: [{ model: 'gold', ...price }] }));
  for (const priority of [4, 5])
    await putTemplate(platform, admin, { name: 'report', definition: definition({ priority }) });
  await submitFromTemplate(platform, submitter, { name: 'report', overrides: {} });
  await town.tool('linter');
  await town.resource('cores', 2);
}

async function mail({ town: { platform } }: Way): Promise<void> {
  const message = { to_agent: 'reader', type: 'custom', body: {} };
  await sendMessages(platform, asAgent('writer'), { ...SendInput.parse(message), idempotency_key: 'once' });
  const inbox = { agent_id: 'reader', max: 1, wait_seconds: 0 };
  const { messages } = await receiveMessages(platform, asAgent('reader'), inbox);
  const settle = messages.map(({ message_id, receipt }) => ({ message_id, receipt, action: 'acknowledge' as const }));
  await settleMessages(platform, asAgent('reader'), { settle });
  await sendMessages(platform, asAgent('writer'), SendInput.parse(message));
  const again = await receiveMessages(platform, asAgent('reader'), inbox);
  const end = again.messages.map(({ message_id, receipt }) => ({
    message_id,
    receipt,
    action: 'dead_letter' as const,
  }));
  await settleMessages(platform, asAgent('reader'), { settle: end });
  await resendDeadLetters(platform, admin, { filter: {} });
  for (const max_bytes of [100, 200]) {
    await putMessageType(platform, admin, { name: 'note', body_schema: { type: 'object' }, max_bytes });
    await putChannels(platform, admin, { channels: [{ from_role: 'worker', type: '*', to_role: 'worker' }] });
  }
  await sendMessages(platform, asAgent('writer'), SendInput.parse({ ...message, type: 'note' }));
  for (const to_agent of ['hanna', 'hanna'])
    await sendMessages(platform, asAgent('writer'), SendInput.parse({ ...message, to_agent })).catch(() => {});
}

const needs = {
  ...{ model: 'gold', max_budget_usd: 1 },
  required_tools: [{ tool_name: 'linter' }],
  required_resources: [{ resource_type: 'compute', amount: 2, unit: 'cores' }],
};
const usage = { model: 'gold', input_tokens: 10, output_tokens: 10 };

/** One job with all that there is, to its end; a second waits for its resource. */
async function oneJob({ town, url, answers }: Way): Promise<void> {
  const secret = (await town.agent('audit-agent', { endpoint: url })) ?? '';
  await verifyingAgent(town, 'audit-agent');
  answers((asked) => verified(asked, secret, town.world.clock.now()));
  const [id, waiting] = [
    await town.submitted({ ...needs, supporting_agents: ['reader'] }),
    await town.submitted(needs),
  ];
  await town.approve(id);
  await town.approve(waiting);
  await town.release('reader', await town.one('reader'));
  const task = await town.one('reader');
  await town.progress('reader', task, usage);
  await town.fail('reader', task, true, usage);
  await town.pass(30);
  await town.sweep();
  await town.complete('reader', await town.one('reader'), usage);
  await town.settle();
  const { task_id, fence } = await town.one('writer');
  const prefetch = { max: 1, claim_id: 'next' };
  await completeTask(town.platform, asAgent('writer'), { task_id, fence, output: {}, prefetch });
  await town.settle();
  await town.work();
}

/** What an agent that is a verifier answers in place. */
function verified({ body }: Asked, secret: string, at: Date): Said {
  const { verification_id, job_id, deployment_id, definition_sha256 } = JSON.parse(body) as Record<string, string>;
  const said = JSON.stringify({ verification_id, job_id, deployment_id, definition_sha256, checks: [] });
  return { status: 200, body: said, headers: signedHeaders(secret, { id: 'msg_answer', at, body: said }) };
}

/** Voters with an endpoint; jobs that are changed, cancelled and retried. */
async function others({ town, url, answers }: Way): Promise<void> {
  await deleteVerifier(town.platform, admin, { name: 'audit' });
  await town.head('called', { endpoint: url });
  for (const status of [204, 500]) {
    answers(() => ({ status }));
    await town.submitted();
  }
  const id = await town.submit();
  await town.settle();
  await town.change(id, { priority: 4 });
  await town.cancel(id);
  await town.retry(id);
  await town.settle();
  await town.approve(id);
  await town.cancel(id);
  await town.settle();
  const asked = await town.submitted();
  await town.change(asked, { category: 'ecommerce' });
  await town.settle();
}

/** A first bell that is lost, an ask that is over before its call, a stage that meets a fault, and a batch that cannot be learned from. */
async function faults({ town }: Way): Promise<void> {
  await town.submit();
  town.lose(); // its first bell
  await town.pass(31);
  await town.sweep();
  const id = await town.submit();
  await town.world.settle(async (platform, ring) => {
    const { stages } = await import('../../functions/stages.ts');
    if (ring.bell === 'ask') await town.tamper("update approvals set state = 'voided' where job_id = ?", id);
    await stages[ring.bell].run(platform, ring.id);
  });
  const broken = await town.submitted();
  await town.tamper("update deployments set definition = '{}' where job_id = ?", broken);
  await town.approve(broken);
  const finished = await town.started();
  await town.work();
  await town.tamper("update jobs set state = 'learning' where id = ?", finished);
  await town.tamper('update deployments set actual = null where job_id = ?', finished);
  await voidStageLeases(town.platform); // at a start of a single process alone, so that no two of it can meet
  town.world.ring('learn', 'any');
  await town.settle();
}

/** An agent that holds a task is taken out of service, and put back. */
async function orders({ town }: Way): Promise<void> {
  await town.started();
  await town.one('writer');
  await drainAgent(town.platform, admin, { agent_id: 'writer' });
  await isolateAgent(town.platform, admin, { agent_id: 'writer', reason: 'it lies' });
  await restoreAgent(town.platform, admin, { agent_id: 'writer' });
  await town.work();
}

/** Plans by capability that fail: one is undone, the other stopped at that. */
async function plans({ town }: Way): Promise<void> {
  await town.agent('clerk', { capabilities: ['book', 'refund'] });
  const boss = { ...asAgent('boss'), roles: ['supervisor' as const] };
  await town.agent('boss', { role: 'supervisor', categories: ['data'] });
  for (const isStopped of [false, true]) {
    const plan = [
      { name: 'flight', capability: 'book', compensation: { capability: isStopped ? 'book' : 'refund' } },
      { name: 'hotel', capability: 'book', compensation: {} },
      { name: 'pay', agent: 'writer', depends_on: ['flight', 'hotel'] },
    ];
    const id = await town.started({ max_retries: 0, supporting_agents: ['boss'], plan });
    const task = { job_id: id, type: 'file', description: 'File it', required_capabilities: ['book', 'refund'] };
    const assignment = isStopped ? 'first_to_claim' : 'best_agent';
    const assigned = AssignInput.parse({ ...task, assignment });
    await assignTask(town.platform, boss, { ...assigned, idempotency_key: id });
    await assignTask(town.platform, boss, { ...assigned, job_id: undefined });
    for (const task of await town.claim('clerk', { max: 3 })) await town.complete('clerk', task);
    await town.settle();
    await town.fail('writer', await town.one('writer'));
    await town.settle();
    if (isStopped) await town.cancel(id);
    await town.work();
  }
}

/** Agents that fail too often: one comes back by itself, the other by an operator. */
async function recoveries({ town }: Way): Promise<void> {
  const { platform } = town;
  await failing(town, 'writer');
  await failing(town, 'reader');
  await recoverAgents(platform);
  town.beating.delete('reader');
  for (const seconds of [30, 60, 120]) {
    await town.pass(seconds);
    await recoverAgents(platform);
  }
  const [item] = await listActionItems(platform, admin, { code: 'agent_not_recovered', limit: 1 });
  await settleActionItem(platform, admin, { item_id: item?.item_id ?? '' });
  await restoreAgent(platform, admin, { agent_id: 'reader' });
  town.beating.add('reader');
  await town.beat('reader');
  await failing(town, 'reader'); // before it was restored: it is let be
  await recoverAgents(platform);
}

/** Its last tasks but one have failed, and now the last; another is in its hands. */
async function failing(town: Town, agent: string): Promise<void> {
  const failed = Array.from({ length: 19 }, () => ({ succeeded: false, at: town.world.clock.now().toISOString() }));
  await town.tamper('update agent_records set outcomes = ? where agent_id = ?', JSON.stringify(failed), agent);
  await town.started({ primary_agent: agent });
  await town.fail(agent, await town.one(agent), false);
  await town.settle();
  await town.started({ primary_agent: agent });
  await town.one(agent);
}

async function ends({ town: { platform } }: Way): Promise<void> {
  await deleteTool(platform, admin, { name: 'linter' });
  await deleteResource(platform, admin, { name: 'cores' });
  await retireAgent(platform, admin, { agent_id: 'checker' });
  await sealRecord(platform);
}
