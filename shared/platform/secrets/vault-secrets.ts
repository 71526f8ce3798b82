/** Secrets in Key Vault: of each name the two newest versions that are valid. */
import type { SecretProperties } from '@azure/keyvault-secrets';
import { cachedSecrets, type Around } from './cached-secrets.ts';
import type { Secret, Secrets } from './secrets.ts';
import type { Vault } from './vault.ts';

/** Key Vault takes letters, digits and hyphens; so `github_token` is `github-token` there. */
const nameInVault = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');

export const secretsInVault = (vault: Vault, around: Around): Secrets => ({
  ...cachedSecrets(around, (name) => readSecret(vault, nameInVault(name), around.clock.now())),
  place: (name) => `the key vault as ${nameInVault(name)}`,
  check: () => checkSecrets(vault),
});

interface Version {
  version: string;
  created_at: Date;
  valid_from: Date | null;
  expires_at: Date | null;
}

/**
 * The versions to use, newest first: enabled, begun, not over. Where all are over, the newest of them, so that its
 * reader learns when it ended. Pure.
 */
export function versionsToUse(versions: readonly Version[], at: Date): Version[] {
  const begun = versions
    .filter(({ valid_from }) => valid_from === null || valid_from <= at)
    .toSorted((a, b) => b.created_at.getTime() - a.created_at.getTime());
  const valid = begun.filter(({ expires_at }) => expires_at === null || expires_at > at);
  return valid.length > 0 ? valid.slice(0, 2) : begun.slice(0, 1);
}

async function readSecret(vault: Vault, name: string, at: Date): Promise<Secret | undefined> {
  const versions = await vault.ask(`the versions of the secret ${name}`, async ({ secrets }, limit) => {
    const found: Version[] = [];
    for await (const properties of secrets.listPropertiesOfSecretVersions(name, limit)) {
      if (properties.enabled === true) found.push(versionOf(properties));
    }
    return found;
  });
  const [newest, before] = await Promise.all(
    versionsToUse(versions ?? [], at).map(async ({ version, expires_at }) => ({
      value: await valueOf(vault, name, version),
      expires_at,
    })),
  );
  if (newest?.value === undefined) return undefined;
  return { value: newest.value, expires_at: newest.expires_at, previous: before?.value ?? null };
}

const versionOf = ({ version = '', createdOn, notBefore, expiresOn }: SecretProperties): Version => ({
  version,
  created_at: createdOn ?? new Date(0),
  valid_from: notBefore ?? null,
  expires_at: expiresOn ?? null,
});

const valueOf = (vault: Vault, name: string, version: string): Promise<string | undefined> =>
  vault.ask(`the secret ${name}`, async ({ secrets }, limit) => {
    const { value } = await secrets.getSecret(name, { version, ...limit });
    return value;
  });

/** Lists, and reads the first one there is: the two permissions that are needed. */
async function checkSecrets(vault: Vault): Promise<string> {
  const names = await vault.ask('the list of secrets', async ({ secrets }, limit) => {
    const found: string[] = [];
    for await (const { name, enabled } of secrets.listPropertiesOfSecrets(limit)) {
      if (enabled === true) found.push(name);
    }
    return found;
  });
  const [first] = names ?? [];
  if (first === undefined) return 'the list of secrets can be read; it is empty';
  await vault.ask(`the secret ${first}`, ({ secrets }, limit) => secrets.getSecret(first, limit));
  return `${names?.length} can be listed and read`;
}
