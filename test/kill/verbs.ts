/** What callers ask, each with an input that can be told to another process and asked again. */
import { stages } from '../../functions/stages.ts';
import type { Operation } from '../../shared/access/permissions.ts';
import { deleteKey, issueKey } from '../../shared/access/keys.ts';
import { deletePrincipal, putPrincipal } from '../../shared/access/principals.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { castBallot } from '../../shared/approvals/cast-ballot.ts';
import { putBudget } from '../../shared/budgets/set.ts';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { putTemplate } from '../../shared/jobs/templates.ts';
import { drainAgent } from '../../shared/liveness/drain.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { restoreAgent } from '../../shared/liveness/restore.ts';
import { putChannels } from '../../shared/messages/put-channels.ts';
import { putMessageType } from '../../shared/messages/put-type.ts';
import { receiveMessages } from '../../shared/messages/receive.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { settleMessages } from '../../shared/messages/settle.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { registerVerifier } from '../../shared/readiness/register-verifier.ts';
import { deleteResource } from '../../shared/resources/delete-resource.ts';
import { registerResource } from '../../shared/resources/register-resource.ts';
import { RegisterResource } from '../../shared/resources/resource.ts';
import { cancelJob } from '../../shared/road/cancel.ts';
import { changeDefinition, retryJob } from '../../shared/road/redeploy.ts';
import { submitFromTemplate } from '../../shared/road/submit-from-template.ts';
import { submitJob } from '../../shared/road/submit.ts';
import { claimTasks } from '../../shared/tasks/claim.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { failTask } from '../../shared/tasks/fail.ts';
import { heartbeat } from '../../shared/tasks/heartbeat.ts';
import { reportProgress } from '../../shared/tasks/progress.ts';
import { registerAgent } from '../../shared/tasks/register-agent.ts';
import { releaseTask } from '../../shared/tasks/release.ts';
import { UsageReport } from '../../shared/tasks/report.ts';
import { deleteVerifier } from '../../shared/tools/delete-verifier.ts';
import { deleteTool } from '../../shared/tools/delete-tool.ts';
import { registerTool } from '../../shared/tools/register-tool.ts';
import { RegisterTool } from '../../shared/tools/tool.ts';
import { RegisterVerifier } from '../../shared/tools/verifier.ts';
import { admin, asAgent, definition, submitter, type Asked } from '../road/town.ts';

export interface Held {
  agent: string;
  task_id: string;
  fence: number;
}

/** Of each completion; nothing else reports any. */
export const usage = { model: 'gold', input_tokens: 10, output_tokens: 5 };

/** What it costs is known, and there is room for more than it is. */
export const paid: Asked = { model: 'gold', max_budget_usd: 1 };

interface Voting {
  voter: string;
  job_id: string;
  definition_sha256: string;
}

const tin = { input_usd_per_million: 1, output_usd_per_million: 2 };
const mail = (mark: string) => ({ type: 'custom' as const, to_agent: 'reader', priority: 5, body: { mark } });

export const verbs = {
  submitJob: (p: Platform, { key, asked }: { key: string; asked: Asked }) =>
    submitJob(p, submitter, { definition: definition(asked), idempotency_key: key }),
  submitFromTemplate: (p: Platform, { key }: { key: string }) =>
    submitFromTemplate(p, submitter, { name: 'weekly', overrides: {}, idempotency_key: key }),
  castBallot: (p: Platform, { voter, ...on }: Voting) =>
    castBallot(p, asAgent(voter), { ...on, decision: 'yes', confidence: 0.9, reasoning: 'seen', evidence: [] }),
  claimTasks: (p: Platform, claim: { agent_id: string; claim_id: string; max: number }) =>
    claimTasks(p, asAgent(claim.agent_id), { wait_seconds: 0, ...claim }),
  completeTask: (p: Platform, { agent, ...on }: Held) =>
    completeTask(p, asAgent(agent), { ...on, output: { by: agent }, usage: UsageReport.parse(usage) }),
  failTask: (p: Platform, { agent, ...on }: Held) =>
    failTask(p, asAgent(agent), { ...on, error: 'it broke', retryable: true }),
  releaseTask: (p: Platform, { agent, ...on }: Held) => releaseTask(p, asAgent(agent), on),
  reportProgress: (p: Platform, { agent, ...on }: Held) => reportProgress(p, asAgent(agent), { ...on, progress: 0.5 }),
  heartbeat: (p: Platform, beat: { agent_id: string; fences: { task_id: string; fence: number }[] }) =>
    heartbeat(p, asAgent(beat.agent_id), beat),
  cancelJob: (p: Platform, on: { job_id: string }) => cancelJob(p, submitter, on),
  retryJob: (p: Platform, { job_id, key }: { job_id: string; key: string }) =>
    retryJob(p, submitter, { job_id, idempotency_key: key }),
  changeDefinition: (p: Platform, { asked, ...on }: { job_id: string; if_match: string; asked: Asked }) =>
    changeDefinition(p, submitter, { ...on, definition: definition(asked) }),
  putBudget: (p: Platform, { limit_usd }: { limit_usd: number }) => putBudget(p, admin, { scope: 'month', limit_usd }),
  putTemplate: (p: Platform) => putTemplate(p, admin, { name: 'weekly', definition: definition(paid) }),
  registerTool: (p: Platform, { name }: { name: string }) => registerTool(p, admin, RegisterTool.parse({ name })),
  deleteTool: (p: Platform, { name }: { name: string }) => deleteTool(p, admin, { name }),
  putPrices: (p: Platform) => putPrices(p, admin, PricesInput.parse({ overrides: [{ model: 'tin', ...tin }] })),
  putMessageType: (p: Platform, { name }: { name: string }) =>
    putMessageType(p, admin, { name, body_schema: { type: 'object' }, max_bytes: 1000 }),
  putChannels: (p: Platform) => putChannels(p, admin, { channels: [{ from_role: '*', type: '*', to_role: '*' }] }),
  putPrincipal: (p: Platform, { id }: { id: string }) =>
    putPrincipal(p, admin, { id, kind: 'person', roles: ['reader'] }),
  deletePrincipal: (p: Platform, on: { id: string }) => deletePrincipal(p, admin, on),
  issueKey: (p: Platform, on: { principal_id: string }) => issueKey(p, admin, on),
  deleteKey: (p: Platform, on: { principal_id: string; key_id: string }) => deleteKey(p, admin, on),
  registerAgent: (p: Platform, { agent_id }: { agent_id: string }) =>
    registerAgent(p, admin, { agent_id, owner_id: 'ops' }),
  retireAgent: (p: Platform, on: { agent_id: string }) => retireAgent(p, admin, on),
  isolateAgent: (p: Platform, on: { agent_id: string }) => isolateAgent(p, admin, { ...on, reason: 'it lies' }),
  restoreAgent: (p: Platform, on: { agent_id: string }) => restoreAgent(p, admin, on),
  drainAgent: (p: Platform, on: { agent_id: string }) => drainAgent(p, admin, on),
  registerVerifier: (p: Platform, { name }: { name: string }) =>
    registerVerifier(p, admin, RegisterVerifier.parse({ name, agent_id: 'reader', categories: ['nothing'] })),
  deleteVerifier: (p: Platform, on: { name: string }) => deleteVerifier(p, admin, on),
  registerResource: (p: Platform, { name }: { name: string }) =>
    registerResource(p, admin, RegisterResource.parse({ name, resource_type: 'memory', unit: 'GB', capacity: 1 })),
  deleteResource: (p: Platform, on: { name: string }) => deleteResource(p, admin, on),
  sendMessages: (p: Platform, { key }: { key: string }) =>
    sendMessages(p, asAgent('writer'), { messages: [mail(key)], idempotency_key: key }),
  receiveMessages: (p: Platform) =>
    receiveMessages(p, asAgent('reader'), { agent_id: 'reader', max: 10, wait_seconds: 0 }),
  settleMessages: (p: Platform, { message_id, receipt }: { message_id: string; receipt: string }) =>
    settleMessages(p, asAgent('reader'), { settle: [{ message_id, receipt, action: 'acknowledge' }] }),
} satisfies Partial<Record<Operation, unknown>>;

export type Verb = keyof typeof verbs;
export type Input<V extends Verb> = Parameters<(typeof verbs)[V]>[1];
export type Answer<V extends Verb> = Awaited<ReturnType<(typeof verbs)[V]>>;

export const ask = <V extends Verb>(platform: Platform, verb: V, input: Input<V>): Promise<Answer<V>> =>
  (verbs[verb] as (p: Platform, given: unknown) => Promise<Answer<V>>)(platform, input);

/** Asked again with the same key or fence, they have no other effect and the same answer. */
export const repeatable: readonly Verb[] = [
  'submitJob',
  'submitFromTemplate',
  'completeTask',
  'retryJob',
  'sendMessages',
];

export const stageNames = Object.values(stages).map(({ name }) => name);
