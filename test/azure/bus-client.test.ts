import { expect, test } from 'vitest';
import { busClients } from '../../shared/platform/bells/bus-client.ts';
import { readConfig } from '../../shared/platform/config.ts';

const key = 'SharedAccessKeyName=all;SharedAccessKey=c2VjcmV0';
const namespace = { SERVICEBUS__fullyQualifiedNamespace: 'muster.servicebus.windows.net' };

test.each([
  ['a connection string', { SERVICEBUS: `Endpoint=sb://other.servicebus.windows.net/;${key}`, ...namespace }, 'other'],
  ['a managed identity', { ...namespace, SERVICEBUS__clientId: 'id' }, 'muster'],
  [
    'an app of its own',
    { ...namespace, AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'a', AZURE_CLIENT_SECRET: 's' },
    'muster',
  ],
])('by %s two connections lead to the namespace, made when they are needed', async (_, settings, host) => {
  const clients = busClients(readConfig(settings));
  const [sending, hearing] = [await clients.sending(), await clients.hearing()];
  expect(sending).not.toBe(hearing);
  expect(await clients.sending()).toBe(sending);
  for (const { fullyQualifiedNamespace } of [sending, hearing]) {
    expect(fullyQualifiedNamespace).toBe(`${host}.servicebus.windows.net`);
  }
  await clients.close();
});

test('closing what was never used opens nothing', async () => {
  await busClients(readConfig(namespace)).close();
});

test('a connection string without a key is refused with what to do', () => {
  const config = readConfig({ SERVICEBUS: 'Endpoint=sb://muster.servicebus.windows.net/' });
  expect(() => busClients(config)).toThrow(/SERVICEBUS: expected a connection string with a SharedAccessKey/);
});
