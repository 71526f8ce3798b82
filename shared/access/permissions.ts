/** Who may call what: one table for every operation. The verb checks the row it is about. */
import { hasRole, type Caller, type Role } from './caller.ts';

/**
 * A role, or a word derived from who calls and what is called: `voter` may be asked (approvers, agents),
 * `owner` submitted the job or owns who did, `agent` is any agent, `that_agent` the one in the path,
 * `holder` the one whose claim it is. `anyone` needs no credential.
 */
export type Who = Role | 'anyone' | 'voter' | 'owner' | 'agent' | 'that_agent' | 'holder';

const readers = ['reader', 'operator', 'admin'] as const;
/** Who may see events of their own may be told of them. */
const subscribers = [...readers, 'submitter', 'approver'] as const;

/** An admin administers and reads, but does not vote, claim or complete: other roles are for that. */
export const permissions = {
  submitJob: ['submitter'],
  listJobs: [...readers, 'owner'],
  getJob: [...readers, 'owner'],
  changeDefinition: ['owner'],
  cancelJob: ['owner', 'operator'],
  retryJob: ['owner', 'operator'],
  listDeployments: [...readers, 'owner'],
  getPlan: [...readers, 'owner'],
  listJobEvents: [...readers, 'owner'],
  validateDefinition: ['submitter'],

  listTemplates: [...readers, 'submitter'],
  getTemplate: [...readers, 'submitter'],
  putTemplate: ['admin'],
  submitFromTemplate: ['submitter'],

  listApprovals: ['voter'],
  getApproval: [...readers, 'voter', 'owner'],
  castBallot: ['voter'],

  registerTool: ['admin'],
  listTools: readers,
  getTool: readers,
  deleteTool: ['admin'],
  registerResource: ['admin'],
  listResources: readers,
  getResource: readers,
  deleteResource: ['admin'],
  registerVerifier: ['admin'],
  listVerifiers: readers,
  getVerifier: readers,
  deleteVerifier: ['admin'],

  listBudgets: readers,
  getBudget: readers,
  putBudget: ['admin'],
  listPrices: readers,
  putPrices: ['admin'],

  getInfrastructure: readers,
  getStatistics: readers,
  getCoordinationStatistics: readers,
  getMetrics: readers,
  getLiveness: ['anyone'],
  getReadiness: ['anyone'],
  listEvents: readers,
  listSeals: readers,
  listRecordHeads: readers,

  putPrincipal: ['admin'],
  getPrincipal: ['admin'],
  listPrincipals: ['admin'],
  deletePrincipal: ['admin'],
  issueKey: ['admin'],
  deleteKey: ['admin'],

  registerAgent: ['admin', 'that_agent'],
  getAgent: [...readers, 'that_agent'],
  getAgentCard: [...readers, 'that_agent'],
  getAgentStatistics: [...readers, 'that_agent'],
  listAgents: readers,
  retireAgent: ['admin'],
  heartbeat: ['that_agent'],
  isolateAgent: ['operator'],
  drainAgent: ['operator'],
  restoreAgent: ['operator'],
  issueAgentKey: ['admin'],
  deleteAgentKey: ['admin'],

  createWebhook: subscribers,
  listWebhooks: subscribers,
  getWebhook: subscribers,
  changeWebhook: subscribers,
  deleteWebhook: subscribers,
  rotateWebhookSecret: subscribers,
  testWebhook: subscribers,
  listDeliveries: subscribers,
  getDelivery: subscribers,
  redeliverWebhook: subscribers,
  getRota: readers,
  putRota: ['operator', 'admin'],

  listActionItems: readers,
  settleActionItem: ['operator'],

  claimTasks: ['that_agent'],
  assignTask: ['supervisor'],
  listTasks: [...readers, 'agent'],
  getTask: [...readers, 'agent'],
  reportProgress: ['holder'],
  completeTask: ['holder'],
  failTask: ['holder'],
  releaseTask: ['holder'],

  sendMessages: ['agent'],
  receiveMessages: ['that_agent'],
  settleMessages: ['agent'],
  getMessageStatistics: readers,
  listDeadLetters: ['operator', 'admin'],
  resendDeadLetters: ['operator'],
  listMessageTypes: [...readers, 'agent'],
  getMessageType: [...readers, 'agent'],
  putMessageType: ['admin'],
  getChannels: [...readers, 'agent'],
  putChannels: ['admin'],

  runMaintenance: ['operator'],
  listMaintenanceRuns: readers,

  getOwnCard: ['anyone'],
  getOpenApi: ['anyone'],
  getDocs: ['anyone'],
  getProblem: ['anyone'],
} as const satisfies Record<string, readonly Who[]>;

export type Operation = keyof typeof permissions;

/** Operations that need no credential: their caller may be undefined. */
export type OpenOperation = {
  [Name in Operation]: 'anyone' extends (typeof permissions)[Name][number] ? Name : never;
}[Operation];

/** Whether this caller may call this operation at all; undefined is somebody without a credential. */
export function mayCall(caller: Caller | undefined, operation: Operation): boolean {
  return permissions[operation].some((who: Who) => who === 'anyone' || (caller !== undefined && is(caller, who)));
}

function is(caller: Caller, who: Exclude<Who, 'anyone'>): boolean {
  switch (who) {
    case 'voter':
      return caller.kind === 'agent' || hasRole(caller, 'approver');
    case 'owner':
      return caller.kind !== 'agent';
    case 'agent':
    case 'that_agent':
    case 'holder':
      return caller.kind === 'agent';
    default:
      return hasRole(caller, who);
  }
}

/** Whether everything is visible to this caller; others see what is theirs. */
export const mayReadAll = (caller: Caller): boolean => hasRole(caller, ...readers);
