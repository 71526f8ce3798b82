/** Row 10 of the proof, the table: every role and every operation, cell by cell. */
import { describe, expect, it } from 'vitest';
import { agentRoles, principalRoles, type Caller, type Role } from '../../shared/access/caller.ts';
import { mayCall, mayReadAll, permissions, type Operation } from '../../shared/access/permissions.ts';

const callerOf = (role: Role): Caller => ({
  id: role,
  kind: (agentRoles as readonly string[]).includes(role) ? 'agent' : 'person',
  roles: [role],
  owner_id: null,
});

/** Said a second time, by groups: a change of the table has to be meant twice. */
const expected: Record<string, string> = {
  subscriber: [
    'createWebhook listWebhooks getWebhook changeWebhook deleteWebhook rotateWebhookSecret testWebhook',
    'listDeliveries getDelivery redeliverWebhook',
  ].join(' '),
  submitter: 'submitJob validateDefinition submitFromTemplate listTemplates getTemplate',
  reader: [
    'listTemplates getTemplate getApproval listTools getTool listResources getResource listVerifiers getVerifier',
    'listBudgets getBudget listPrices getInfrastructure getStatistics getCoordinationStatistics getMetrics listEvents listSeals listRecordHeads',
    'getAgent getAgentCard getAgentStatistics listAgents listTasks getTask listActionItems',
    'getMessageStatistics listMessageTypes getMessageType getChannels getRota listMaintenanceRuns',
  ].join(' '),
  owner: 'listJobs getJob changeDefinition cancelJob retryJob listDeployments getPlan listJobEvents getApproval',
  supervisor: 'assignTask',
  approver: 'listApprovals getApproval castBallot',
  operator:
    'isolateAgent drainAgent restoreAgent settleActionItem listDeadLetters resendDeadLetters putRota runMaintenance',
  admin: [
    'putTemplate registerTool deleteTool registerResource deleteResource registerVerifier deleteVerifier putBudget putPrices',
    'putPrincipal getPrincipal listPrincipals deletePrincipal issueKey deleteKey',
    'registerAgent retireAgent issueAgentKey deleteAgentKey putMessageType putChannels listDeadLetters putRota',
  ].join(' '),
  agent: [
    'listApprovals getApproval castBallot registerAgent getAgent getAgentCard getAgentStatistics heartbeat claimTasks listTasks getTask',
    'reportProgress completeTask failTask releaseTask sendMessages receiveMessages settleMessages',
    'listMessageTypes getMessageType getChannels',
  ].join(' '),
  anyone: 'getLiveness getReadiness getOwnCard getOpenApi getDocs getProblem',
};

/** What the holder of one role may do. People and services may own jobs, whatever else they are. */
const groupsOf: Record<Role, string[]> = {
  admin: ['anyone', 'owner', 'reader', 'subscriber', 'admin'],
  operator: ['anyone', 'owner', 'reader', 'subscriber', 'operator'],
  submitter: ['anyone', 'owner', 'submitter', 'subscriber'],
  approver: ['anyone', 'owner', 'approver', 'subscriber'],
  reader: ['anyone', 'owner', 'reader', 'subscriber'],
  ci: ['anyone', 'owner'],
  supervisor: ['anyone', 'agent', 'supervisor'],
  worker: ['anyone', 'agent'],
  category_head: ['anyone', 'agent'],
  observer: ['anyone', 'agent'],
};

const operations = Object.keys(permissions) as Operation[];
const allowed = (groups: string[]) => new Set(groups.flatMap((group) => (expected[group] ?? '').split(' ')));

describe.each([...principalRoles, ...agentRoles])('%s', (role) => {
  it('may call what the table says, and nothing else', () => {
    const may = operations.filter((operation) => mayCall(callerOf(role), operation));
    expect(may.toSorted()).toEqual([...allowed(groupsOf[role])].toSorted());
  });
});

it('lets nobody without a credential call more than what is open', () => {
  expect(operations.filter((operation) => mayCall(undefined, operation)).toSorted()).toEqual(
    [...allowed(['anyone'])].toSorted(),
  );
});

it('gives a caller without roles no more than an owner has', () => {
  const caller: Caller = { id: 'nobody', kind: 'service', roles: [], owner_id: null };
  expect(operations.filter((operation) => mayCall(caller, operation)).toSorted()).toEqual(
    [...allowed(['anyone', 'owner'])].toSorted(),
  );
});

it('adds roles up', () => {
  const both: Caller = { ...callerOf('reader'), roles: ['reader', 'submitter'] };
  expect(operations.filter((operation) => mayCall(both, operation)).toSorted()).toEqual(
    [...allowed(['anyone', 'owner', 'reader', 'submitter', 'subscriber'])].toSorted(),
  );
});

it('keeps an admin from voting, claiming and completing', () => {
  for (const operation of ['castBallot', 'claimTasks', 'completeTask', 'heartbeat', 'submitJob'] as const) {
    expect(mayCall(callerOf('admin'), operation)).toBe(false);
  }
});

it('shows everything to readers, operators and admins', () => {
  const all = [...principalRoles, ...agentRoles].filter((role) => mayReadAll(callerOf(role)));
  expect(all).toEqual(['admin', 'operator', 'reader']);
});
