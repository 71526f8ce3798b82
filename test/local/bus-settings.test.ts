import { expect, test } from 'vitest';
import { busSettings } from '../../local/bus-settings.ts';

test('of the environment only what Service Bus needs reaches a command that chooses its other settings itself', () => {
  const bus = {
    SERVICEBUS: 'Endpoint=sb://x/',
    SERVICEBUS__fullyQualifiedNamespace: 'x.servicebus.windows.net',
    SERVICEBUS__clientId: 'id',
    AZURE_TENANT_ID: 'tenant',
    AZURE_CLIENT_ID: 'app',
    AZURE_CLIENT_SECRET: 'secret',
    IDENTITY_ENDPOINT: 'http://127.0.0.1:1',
  };
  const others = { AZURE_SQL_SERVER: 's', MUSTER_DATA: 'mine', PORT: '1', SERVICEBUSY: 'x', PATH: '/bin' };
  expect(busSettings({ ...bus, ...others })).toEqual(bus);
});
