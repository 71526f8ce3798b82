/** What the doctor looks at, beside the settings, which come first. */
import { registryStanding } from '../../shared/insights/registry.ts';
import type { Check } from './check.ts';
import { coordination } from './coordination.ts';
import { database } from './database.ts';
import { keys } from './keys.ts';
import { telemetry } from './telemetry.ts';

const bells: Check = {
  name: 'bells',
  mend: () =>
    'See that the namespace of Service Bus runs, has a queue for each bell, and lets this identity send and receive.',
  run: ({ platform }) => platform.bells.check(),
};

const registry: Check = {
  name: 'registry',
  needsDatabase: true,
  mend: () => 'Start the agents, or look at why they cannot reach Muster; each reports with a heartbeat.',
  run: async ({ reads }) => {
    const truth = reads();
    const { registered, alive } = truth === undefined ? { registered: 0, alive: 0 } : await registryStanding(truth);
    if (registered === 0) return 'no agents are registered yet';
    if (alive === 0) throw new Error(`none of ${registered} registered agents has reported in time`);
    return `${alive} of ${registered} registered agents are alive`;
  },
};

const secrets: Check = {
  name: 'secrets',
  mend: ({ AZURE_KEY_VAULT_URL: url = '' }) =>
    `See docs/key-vault.md: this identity needs Key Vault Secrets User on ${url}, and the vault must let this machine in.`,
  run: ({ platform }) => platform.secrets.check(),
};

const entra: Check = {
  name: 'entra',
  mend: ({ AZURE_AUTHORITY_HOST: host }) =>
    `See docs/identity.md: AZURE_TENANT_ID must be a tenant of ${host}, and this machine must be able to call it.`,
  run: async ({ platform }) => (await platform.signers?.check()) ?? 'not set up: callers bring keys of Muster',
};

export const checks: Check[] = [database, bells, registry, ...coordination, secrets, keys, entra, telemetry];
