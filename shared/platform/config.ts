/** The settings of a process, read once at its start. Nothing else reads the environment. */
import { z } from 'zod';
import { inOneProcess, isMock, onAzure, onAzureSql, onServiceBus } from './forms.ts';
import { settings } from './settings.ts';

/** Settings and what follows from them. */
export type Config = z.output<typeof settings> & {
  /** Secrets given as `SECRET_<NAME>`, by lower-case name. */
  secrets: ReadonlyMap<string, string>;
  /** Seconds until a row that waits for the machine is swept: 1 in one process, where a sweep costs nothing. */
  DUE_SECONDS: number;
};

/** Combinations that cannot work, each in words that say what to set. */
const conflicts: { when: (given: z.output<typeof settings>) => boolean; say: string }[] = [
  {
    when: (given) => onAzure(given) && !(onAzureSql(given) && onServiceBus(given)),
    say: 'On Azure set AZURE_SQL_SERVER and SERVICEBUS__fullyQualifiedNamespace: the embedded forms are for one process',
  },
  {
    when: (given) => (given.AZURE_SQL_USERNAME === undefined) !== (given.AZURE_SQL_PASSWORD === undefined),
    say: 'AZURE_SQL_USERNAME and AZURE_SQL_PASSWORD go together; set both, or neither for Entra ID',
  },
  {
    when: (given) => given.AZURE_TENANT_ID === undefined && given.API_AUDIENCE !== undefined,
    say: 'API_AUDIENCE needs AZURE_TENANT_ID, the tenant whose tokens count',
  },
  {
    when: (given) => given.API_AUDIENCE !== undefined && !z.guid().safeParse(given.AZURE_TENANT_ID).success,
    say: 'With API_AUDIENCE give AZURE_TENANT_ID as the id of the tenant (a GUID), as tokens name it, not as its domain',
  },
];

/** Reads settings; an invalid one stops the start with its name and what is expected. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = inMemory(Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')));
  refuseUnresolved(given);
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`These settings cannot be used:\n${lines.join('\n')}`);
  }
  const conflict = conflicts.find(({ when }) => when(parsed.data));
  if (conflict !== undefined) throw new Error(`These settings cannot be used:\n  ${conflict.say}`);
  return { ...parsed.data, secrets: secretsIn(given), DUE_SECONDS: inOneProcess(parsed.data) ? 1 : 30 };
}

/** Without what a mock does without. */
function inMemory(given: Record<string, string | undefined>): Record<string, string | undefined> {
  if (!isMock(given)) return given;
  const kept = Object.entries(given).filter(([name]) => !/^(AZURE_SQL_|SERVICEBUS|AZURE_KEY_VAULT_URL$)/.test(name));
  return { ...Object.fromEntries(kept), MUSTER_DATA: ':memory:' };
}

/** Azure leaves a reference to Key Vault as it stands where it cannot read the secret; it is nobody's value. */
function refuseUnresolved(given: Record<string, string | undefined>): void {
  const unresolved = Object.entries(given).filter(
    ([name, value]) => value?.startsWith('@Microsoft.KeyVault(') === true && (name in settings.shape || isSecret(name)),
  );
  if (unresolved.length === 0) return;
  const say = 'the Key Vault reference was not resolved; the secret must exist, and the app may have to be let read it';
  throw new Error(`These settings cannot be used:\n${unresolved.map(([name]) => `  ${name}: ${say}`).join('\n')}`);
}

const isSecret = (name: string): boolean => name.startsWith('SECRET_');

function secretsIn(environment: Record<string, string | undefined>): Map<string, string> {
  const named = Object.entries(environment).filter(([name]) => isSecret(name));
  return new Map(named.map(([name, value]) => [name.slice('SECRET_'.length).toLowerCase(), value ?? '']));
}
