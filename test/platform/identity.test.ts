import { ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
import { expect, test } from 'vitest';
import { credentialOf } from '../../shared/platform/identity.ts';

const app = { AZURE_TENANT_ID: 'tenant', AZURE_CLIENT_ID: 'app', AZURE_CLIENT_SECRET: 'secret' };
const azure = { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/token' };

test.each([
  ['a managed identity that the settings of a service name', app, 'id', ManagedIdentityCredential],
  ["the app's own secret", app, undefined, ClientSecretCredential],
  ["the app's own secret, on Azure too", { ...app, ...azure }, undefined, ClientSecretCredential],
  ['the identity that Azure gives the app', azure, undefined, ManagedIdentityCredential],
  ['the identity of that id', { ...azure, AZURE_CLIENT_ID: 'app' }, undefined, ManagedIdentityCredential],
  ['whoever is signed in on this machine', {}, undefined, DefaultAzureCredential],
])('Muster is to Azure %s', async (_, settings, managedId, kind) => {
  expect(await credentialOf(settings, managedId)).toBeInstanceOf(kind);
});
