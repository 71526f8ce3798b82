/** What every verb is called with, and what it acts on in the scene. */
import { routes } from '../../../functions/routes.ts';
import type { Operation } from '../../../shared/access/permissions.ts';
import type { BellName } from '../../../shared/platform/platform.ts';
import { definition, jobs, type Scene } from './scene.ts';

export interface Called {
  as: string;
  /** The operation's path, its parameters filled in. */
  path: string;
  body?: object;
  headers?: Record<string, string>;
  /** Sent once more it has no other effect: it carries a key, a fence or a claim, or says what shall be. */
  isRepeatable?: boolean;
}

const as = (who: string, path: string, more: Omit<Called, 'as' | 'path'> = {}): Called => ({ as: who, path, ...more });
const admin = (path: string, body: object): Called => as('admin', path, { body, isRepeatable: true });
const removal = (path: string): Called => as('admin', path);
const key = { 'idempotency-key': 'the-same' };
const deployment = '/api/v1/deployment';

const usage = { input_tokens: 700, output_tokens: 100 };
const added = { type: 'check', description: 'Check the report', required_capabilities: ['spare'] };
const mail = { type: 'custom', to_agent: 'spare', body: { said: 'again' } };

const atTask = ({ task: { task_id, fence } }: Scene, verb: string, body: object): Called =>
  as('writer', `/api/v1/tasks/${task_id}/${verb}`, { body: { fence, ...body }, isRepeatable: true });

const ballotOn = ({ job, sha256 }: Scene, name: 'open' | 'half'): Called =>
  as('ben', `${deployment}/approvals/${job[name]}/ballots`, {
    body: { definition_sha256: sha256, decision: 'yes', confidence: 0.9, reasoning: 'seen' },
  });

/** Operations that change something; some act in more than one place. */
export const changes: Partial<Record<Operation, (scene: Scene) => Called[]>> = {
  submitJob: () => [
    as('sam', jobs, { body: definition(), headers: key, isRepeatable: true }),
    as('sam', jobs, { body: definition({ input: { password: 'x' }, sensitive: ['input.password'] }) }),
  ],
  changeDefinition: ({ job, etag }) => [
    as('sam', `${jobs}/${job.open}/definition`, { body: definition({ priority: 4 }), headers: { 'if-match': etag } }),
  ],
  cancelJob: ({ job }) => [as('sam', `${jobs}/${job.open}/cancel`), as('sam', `${jobs}/${job.running}/cancel`)],
  retryJob: ({ job }) => [as('sam', `${jobs}/${job.over}/retry`, { headers: key, isRepeatable: true })],
  putTemplate: () => [admin(`${deployment}/templates/weekly`, { definition: definition() })],
  submitFromTemplate: () => [
    as('sam', `${deployment}/templates/monthly/jobs`, { body: { overrides: {} }, headers: key, isRepeatable: true }),
  ],
  castBallot: (scene) => [ballotOn(scene, 'open'), ballotOn(scene, 'half')],
  registerTool: () => [admin(`${deployment}/tools/register`, { name: 'saw' })],
  deleteTool: () => [removal(`${deployment}/tools/hammer`)],
  registerVerifier: () => [admin(`${deployment}/verifiers/register`, { name: 'other', agent_id: 'spare' })],
  deleteVerifier: () => [removal(`${deployment}/verifiers/auditor`)],
  registerResource: () => [
    admin(`${deployment}/resources/register`, { name: 'lathe', resource_type: 'compute', unit: 'cores', capacity: 2 }),
  ],
  deleteResource: () => [removal(`${deployment}/resources/bench`)],
  putBudget: () => [admin(`${deployment}/budgets/month`, { limit_usd: 5000 })],
  putPrices: () => [
    admin(`${deployment}/prices`, {
      overrides: [{ model: 'own', input_usd_per_million: 1, output_usd_per_million: 2 }],
    }),
  ],
  putPrincipal: () => [admin('/api/v1/principals/nora', { kind: 'person', roles: ['reader'] })],
  deletePrincipal: () => [removal('/api/v1/principals/gone')],
  issueKey: () => [as('admin', '/api/v1/principals/ops/keys')],
  deleteKey: ({ key_id }) => [removal(`/api/v1/principals/gone/keys/${key_id.person}`)],
  registerAgent: () => [
    admin('/api/v1/agents/newcomer', { role: 'worker', owner_id: 'ops', max_concurrent_tasks: 2 }),
    admin('/api/v1/agents/called', { role: 'worker', owner_id: 'ops', endpoint: 'http://127.0.0.1:1/ask' }),
  ],
  runMaintenance: () => [as('olga', '/api/v1/maintenance/run', { isRepeatable: true })],
  retireAgent: () => [removal('/api/v1/agents/spare')],
  isolateAgent: () => [
    as('olga', '/api/v1/agents/writer/isolate', { body: { reason: 'it lies' }, isRepeatable: true }),
  ],
  drainAgent: () => [as('olga', '/api/v1/agents/writer/drain', { isRepeatable: true })],
  restoreAgent: () => [as('olga', '/api/v1/agents/drained/restore', { isRepeatable: true })],
  settleActionItem: ({ item_id }) => [as('olga', `/api/v1/action-items/${item_id}/done`, { isRepeatable: true })],
  createWebhook: () => [
    as('olga', '/api/v1/webhooks', {
      body: { url: 'http://127.0.0.1:1/hook', event_types: ['*'] },
      headers: key,
      isRepeatable: true,
    }),
  ],
  changeWebhook: ({ hook }) => [
    as('olga', `/api/v1/webhooks/${hook.id}`, { body: { enabled: false }, headers: { 'if-match': '"1"' } }),
  ],
  deleteWebhook: ({ hook }) => [as('olga', `/api/v1/webhooks/${hook.id}`)],
  rotateWebhookSecret: ({ hook }) => [as('olga', `/api/v1/webhooks/${hook.id}/rotate`, { body: {} })],
  putRota: ({ hook }) => [
    as('olga', '/api/v1/rota', { body: { ...hook.rota, digest: false }, headers: { 'if-match': '"1"' } }),
  ],
  testWebhook: ({ hook }) => [as('olga', `/api/v1/webhooks/${hook.id}/test`)],
  redeliverWebhook: ({ hook }) => [as('olga', `/api/v1/webhooks/${hook.id}/deliveries/${hook.delivered_id}/redeliver`)],
  heartbeat: ({ task: { task_id, fence } }) => [
    as('writer', '/api/v1/agents/writer/heartbeat', { body: { fences: [{ task_id, fence }] }, isRepeatable: true }),
  ],
  issueAgentKey: () => [as('admin', '/api/v1/agents/anna/keys')],
  deleteAgentKey: ({ key_id }) => [removal(`/api/v1/agents/spare/keys/${key_id.agent}`)],
  claimTasks: () => [
    as('writer', '/api/v1/agents/writer/tasks/claim', {
      body: { max: 1, wait_seconds: 0, claim_id: 'claim-the-same' },
      isRepeatable: true,
    }),
  ],
  assignTask: ({ job }) => [
    as('writer', '/api/v1/tasks', { body: { ...added, job_id: job.running }, headers: key, isRepeatable: true }),
    as('writer', '/api/v1/tasks', { body: { ...added, category: 'data' }, headers: key, isRepeatable: true }),
  ],
  reportProgress: (scene) => [atTask(scene, 'progress', { progress: 0.5, usage })],
  completeTask: (scene) => [atTask(scene, 'complete', { output: { text: 'done' }, usage })],
  failTask: (scene) => [atTask(scene, 'fail', { error: 'it broke', retryable: true, usage })],
  releaseTask: (scene) => [atTask(scene, 'release', {})],
  putMessageType: () => [admin('/api/v1/messages/types/parcel', { body_schema: { type: 'object' } })],
  putChannels: () => [
    admin('/api/v1/messages/channels', { channels: [{ from_role: '*', type: '*', to_role: 'worker' }] }),
  ],
  sendMessages: () => [as('anna', '/api/v1/messages', { body: mail, headers: key, isRepeatable: true })],
  receiveMessages: () => [
    as('writer', '/api/v1/agents/writer/messages/receive', { body: { max: 1, wait_seconds: 0 } }),
  ],
  settleMessages: ({ receipt }) => [
    as('spare', '/api/v1/messages/settle', {
      body: { settle: [{ ...receipt, action: 'acknowledge' }] },
      isRepeatable: true,
    }),
  ],
  resendDeadLetters: ({ dead_id }) => [
    as('olga', '/api/v1/messages/dead/resend', { body: { message_ids: [dead_id] } }),
  ],
};

const values = ({ job, task, hook }: Scene): Record<string, string> => ({
  webhook_id: hook.id,
  delivery_id: hook.delivered_id,
  job_id: job.running,
  task_id: task.task_id,
  agent_id: 'writer',
  id: 'sam',
  scope: 'month',
  code: 'internal',
  name: 'hammer',
});

const names: Record<string, string> = {
  ...{ getTemplate: 'monthly', getVerifier: 'auditor', getResource: 'bench', getMessageType: 'custom' },
};

const readers: Record<string, string> = { listApprovals: 'anna', validateDefinition: 'sam' };

/** Of an operation that changes nothing. */
export const readings = (name: string, scene: Scene): Called => {
  const path = routes.find((route) => route.name === name)?.path ?? '';
  const body = name === 'validateDefinition' ? { body: definition() } : {};
  return as(readers[name] ?? 'admin', filled(path, name, scene), { isRepeatable: true, ...body });
};

const filled = (path: string, name: string, scene: Scene): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, part: string) =>
    part === 'name' ? (names[name] ?? 'hammer') : (values(scene)[part] ?? part),
  );

/** Bells, and what they are about. */
export const rings = ({ job, ask, hook }: Scene): { bell: BellName; id: string; what: string }[] => [
  { bell: 'estimate', id: job.submitted, what: 'a job that was submitted' },
  { bell: 'validate', id: job.estimated, what: 'a job that was estimated' },
  { bell: 'validate', id: job.blocked, what: 'a job that is blocked' },
  { bell: 'execute', id: job.granted, what: 'a job that was approved' },
  { bell: 'execute', id: job.worked, what: 'a job whose task is done' },
  { bell: 'execute', id: job.running, what: 'a job that runs' },
  { bell: 'learn', id: job.learning, what: 'a job that is over' },
  { bell: 'wake', id: 'tool:saw', what: 'what a job waits for' },
  { bell: 'wake', id: job.blocked, what: 'a job that is blocked' },
  { bell: 'ask', id: ask, what: 'a voter' },
  { bell: 'deliver', id: hook.waiting_id, what: 'a webhook' },
];
