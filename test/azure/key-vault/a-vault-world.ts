/** A world whose secrets and keys are in a vault on the loopback. */
import type { World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import type { Vault } from './a-vault.ts';

/** The settings of an app with a managed identity; its keys are made. */
export function openVaultWorld(vault: Vault, settings: Record<string, string> = {}): Promise<World> {
  const { IDENTITY_ENDPOINT } = vault.tokens.environment;
  return openWorld({ AZURE_KEY_VAULT_URL: vault.url, IDENTITY_ENDPOINT, ...settings }, { reach: vault.reach });
}
