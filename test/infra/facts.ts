/** What the templates promise: nobody gets in but by Entra ID and TLS, and the app may do no more than it must. */
import { bellNames } from '../../shared/platform/platform.ts';

/** A resource as `../shared/acceptance/bicep/run --facts` prints it; what it leaves out is not known. */
export interface Resource {
  symbol: string;
  type: string;
  existing: boolean;
  scope?: string;
  loop?: { count?: number };
  literals: Record<string, unknown>;
  roleDefinitionIds?: string[];
}

export interface Facts {
  resources: Resource[];
}

/** Settings that each new resource of a type must have, by path. */
export const wanted: Record<string, Record<string, unknown>> = {
  'Microsoft.ServiceBus/namespaces': { disableLocalAuth: true, minimumTlsVersion: '1.2' },
  'Microsoft.ServiceBus/namespaces/queues': { requiresDuplicateDetection: false, requiresSession: false },
  'Microsoft.Sql/servers': { 'administrators.azureADOnlyAuthentication': true, minimalTlsVersion: '1.2' },
  'Microsoft.Storage/storageAccounts': {
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    supportsHttpsTrafficOnly: true,
    minimumTlsVersion: 'TLS1_2',
  },
  'Microsoft.Storage/storageAccounts/blobServices/containers': { publicAccess: 'None' },
  'Microsoft.KeyVault/vaults': { enableRbacAuthorization: true, enableSoftDelete: true, enablePurgeProtection: true },
  'Microsoft.Insights/components': { DisableLocalAuth: true },
  'Microsoft.OperationalInsights/workspaces': { 'features.disableLocalAuth': true },
  'Microsoft.Web/sites': {
    httpsOnly: true,
    'siteConfig.minTlsVersion': '1.2',
    'siteConfig.scmMinTlsVersion': '1.2',
    'siteConfig.ftpsState': 'Disabled',
    'functionAppConfig.runtime.version': '24',
  },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { allow: false },
};

/** Who may do what, and where: the role's id and the scope as the template says it. There are no others. */
export const roles: Record<string, { role: string; scope: string }> = {
  'telemetry.publish': { role: '3913510d-42f4-4e42-8a64-420c390055eb', scope: 'insights' }, // Monitoring Metrics Publisher
  'storage.own': { role: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b', scope: 'account' }, // Storage Blob Data Owner
  'bus.send': { role: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39', scope: 'queues[i]' }, // Service Bus Data Sender
  'bus.receive': { role: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0', scope: 'queues[i]' }, // Service Bus Data Receiver
  'vault.readSecrets': { role: '4633458b-17de-408a-b874-0445c86b69e6', scope: 'vault' }, // Key Vault Secrets User
  'vault.wrap': { role: 'e147488a-f6f5-4113-8e2d-b22465e65bf6', scope: 'vault::wrapping' }, // … Crypto Service Encryption User
  'vault.sign': { role: '12338af0-0e69-4776-bea7-57ae8d297424', scope: 'vault::signing' }, // Key Vault Crypto User
  'vault.setSecrets': { role: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7', scope: 'vault' }, // Key Vault Secrets Officer
};

export const roleType = 'Microsoft.Authorization/roleAssignments';
const keys = ['Microsoft.ServiceBus/namespaces/authorizationRules', 'Microsoft.KeyVault/vaults/accessPolicies'];

const ofType = (facts: Facts, type: string): Resource[] =>
  facts.resources.filter((resource) => !resource.existing && resource.type.toLowerCase() === type.toLowerCase());

/** One line a promise that the templates do not keep. */
export const faultsIn = (facts: Facts): string[] => [
  ...Object.entries(wanted).flatMap(([type, settings]) => unsafe(ofType(facts, type), type, settings)),
  ...wrongRoles(ofType(facts, roleType)),
  ...keys.flatMap((type) =>
    ofType(facts, type).map(({ symbol }) => `${symbol} is a ${type}: a way in without Entra ID`),
  ),
  ...wrongQueues(ofType(facts, 'Microsoft.ServiceBus/namespaces/queues')),
];

function unsafe(resources: Resource[], type: string, settings: Record<string, unknown>): string[] {
  if (resources.length === 0) return [`there is no ${type}`];
  return resources.flatMap(({ symbol, literals }) =>
    Object.entries(settings)
      .filter(([path, value]) => literals[`properties.${path}`] !== value)
      .map(([path, value]) => `${symbol}: ${path} is not ${JSON.stringify(value)}`),
  );
}

function wrongRoles(assignments: Resource[]): string[] {
  const missing = Object.keys(roles).filter((name) => assignments.every(({ symbol }) => symbol !== name));
  const wrong = assignments.filter(({ symbol, scope, roleDefinitionIds = [] }) => {
    const meant = roles[symbol];
    return meant === undefined || scope !== meant.scope || roleDefinitionIds.join() !== meant.role;
  });
  return [
    ...missing.map((name) => `the role ${name} is missing`),
    ...wrong.map(({ symbol, scope }) => `${symbol} on ${scope ?? 'the whole group'} is not a role that is meant`),
  ];
}

function wrongQueues(queues: Resource[]): string[] {
  const count = queues.reduce((sum, { loop }) => sum + (loop === undefined ? 1 : (loop.count ?? 0)), 0);
  return count === bellNames.length ? [] : [`there are ${count} queues for ${bellNames.length} bells`];
}
