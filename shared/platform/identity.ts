/** Who Muster is to Azure: its own secret, a managed identity, or whoever is signed in on this machine. */
import type { TokenCredential } from '@azure/identity';
import type { Config } from './config.ts';

type Settings = Pick<Config, 'AZURE_TENANT_ID' | 'AZURE_CLIENT_ID' | 'AZURE_CLIENT_SECRET' | 'IDENTITY_ENDPOINT'>;

/**
 * The credential for one service. `managedId` is the managed identity that the settings of that service name; the
 * app's own secret counts only where they name none.
 */
export async function credentialOf(settings: Settings, managedId?: string): Promise<TokenCredential> {
  const identity = await import('@azure/identity');
  const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: app, AZURE_CLIENT_SECRET: secret } = settings;
  if (managedId !== undefined) return new identity.ManagedIdentityCredential({ clientId: managedId });
  if (tenant !== undefined && app !== undefined && secret !== undefined) {
    return new identity.ClientSecretCredential(tenant, app, secret);
  }
  if (settings.IDENTITY_ENDPOINT !== undefined) {
    return new identity.ManagedIdentityCredential(app === undefined ? {} : { clientId: app });
  }
  return new identity.DefaultAzureCredential();
}
