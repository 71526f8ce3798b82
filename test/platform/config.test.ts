import { expect, test } from 'vitest';
import { readConfig } from '../../shared/platform/config.ts';
import { inOneProcess, onAzureSql, onServiceBus } from '../../shared/platform/forms.ts';
import type { settings } from '../../shared/platform/settings.ts';

/** A value that each setting refuses; undefined where every text is good. */
const wrong: Record<keyof typeof settings.shape, string[]> = {
  MUSTER_DATA: [],
  PORT: ['x', '-1', '65536', '1.5'],
  MUSTER_ADMIN_KEY: ['secret', 'mk.admin.short'],
  MUSTER_DATA_KEY: ['not base64!', 'c2hvcnQ='],
  AGENT_COMMUNICATION_MODE: ['http', 'SQL'],
  AGENT_DEFAULT_TIMEOUT: ['soon', '0', '-1', '5 weeks', '1e3'],
  AGENT_MAX_RETRIES: ['0', '101', 'many', '1.5'],
  AGENT_HEARTBEAT_INTERVAL: ['often', '0s'],
  MONTHLY_BUDGET_USD: ['-1', '1.2345678', '$5', '1e3', '99999999999999999999'],
  BLOCKED_FOR: ['long'],
  APPROVAL_DEADLINE: ['later'],
  APPROVAL_VALIDITY: ['0h'],
  DAILY_DIGEST_AT: ['9', '24:00', '09:60', 'never'],
  MESSAGE_RETENTION: ['0'],
  DEAD_LETTER_RETENTION: ['for ever'],
  ARCHIVE_AFTER: ['30 days', '23h'],
  ARCHIVE_CONTAINER_URL: ['archive'],
  AGENT_RETIRED_AFTER: ['-7d', '5m'],
  AZURE_SQL_SERVER: [],
  AZURE_SQL_DATABASE: [],
  AZURE_SQL_USERNAME: [],
  AZURE_SQL_PASSWORD: [],
  AZURE_SQL_TRUST_CERTIFICATE: ['yes', '1'],
  SERVICEBUS: ['sb://muster', 'muster.servicebus.windows.net'],
  SERVICEBUS__fullyQualifiedNamespace: [],
  SERVICEBUS__clientId: [],
  AZURE_KEY_VAULT_URL: ['vault'],
  AZURE_TENANT_ID: [],
  AZURE_CLIENT_ID: [],
  AZURE_CLIENT_SECRET: [],
  API_AUDIENCE: [],
  AZURE_AUTHORITY_HOST: ['login.microsoftonline.com'],
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: ['Authorization=Basic', 'ClientId=x'],
  APPLICATIONINSIGHTS_CONNECTION_STRING: [],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['collector'],
  WEBSITE_SITE_NAME: [],
  WEBSITE_INSTANCE_ID: [],
  WEBSITE_POD_NAME: [],
  OUTBOUND_ALLOW: ['localhost', '10.0.0.0/33', 'http://10.0.0.1:80'],
  IDENTITY_ENDPOINT: ['here'],
  LOG_LEVEL: ['loud'],
};

const cases = Object.entries(wrong).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));

test.each(cases)('%s=%s stops the start with the name of the setting', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`These settings cannot be used:\\n  ${name}: \\S`));
});

test.each([
  ['an instance on Azure without Azure SQL', { WEBSITE_INSTANCE_ID: 'i', SERVICEBUS: 'Endpoint=sb://x/' }],
  ['an instance on Azure without Service Bus', { WEBSITE_INSTANCE_ID: 'i', AZURE_SQL_SERVER: 's' }],
  ['an app on Flex Consumption without either', { WEBSITE_SITE_NAME: 'func-muster', WEBSITE_POD_NAME: 'p' }],
  ['a user name without a password', { AZURE_SQL_SERVER: 's', AZURE_SQL_USERNAME: 'u' }],
  ['a password without a user name', { AZURE_SQL_SERVER: 's', AZURE_SQL_PASSWORD: 'p' }],
  ['an audience without a tenant', { API_AUDIENCE: 'api://muster' }],
  ['an audience with a domain for a tenant', { API_AUDIENCE: 'api://muster', AZURE_TENANT_ID: 'contoso.com' }],
])('%s stops the start and says what to set', (_, environment) => {
  expect(() => readConfig(environment)).toThrow(/These settings cannot be used:\n {2}\S/);
});

test('where instances share a database or bells, a sweep waits longer', () => {
  expect(readConfig({}).DUE_SECONDS).toBe(1);
  expect(readConfig({ AZURE_SQL_SERVER: 's' }).DUE_SECONDS).toBe(30);
  expect(readConfig({ SERVICEBUS: 'Endpoint=sb://x/' }).DUE_SECONDS).toBe(30);
});

test('a Key Vault reference that Azure could not resolve stops the start, in whatever setting it stands', () => {
  const reference = '@Microsoft.KeyVault(SecretUri=https://muster.vault.azure.net/secrets/x)';
  const wrong = { MUSTER_ADMIN_KEY: reference, SECRET_LINTER: reference, AZURE_SQL_PASSWORD: reference };
  expect(() => readConfig(wrong)).toThrow(/MUSTER_ADMIN_KEY: the Key Vault reference[^]*SECRET_LINTER[^]*AZURE_SQL_P/);
  expect(readConfig({ SOMETHING_ELSE: reference })).toMatchObject({ PORT: 7071 });
});

test('every wrong setting is named at once', () => {
  expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'loud' })).toThrow(/PORT[\s\S]*LOG_LEVEL/);
});

test('a wrong value is not repeated, because it may be a secret', () => {
  const secret = 'hunter2-hunter2';
  for (const name of Object.keys(wrong).filter((key) => key.endsWith('KEY'))) {
    expect(() => readConfig({ [name]: secret })).toThrow(expect.not.stringContaining(secret));
  }
});

test('without settings the defaults hold', () => {
  expect(readConfig({})).toMatchObject({
    MUSTER_DATA: '.muster',
    PORT: 7071,
    AGENT_DEFAULT_TIMEOUT: 300,
    AGENT_MAX_RETRIES: 3,
    AGENT_HEARTBEAT_INTERVAL: 30,
    MONTHLY_BUDGET_USD: 1_000_000_000,
    BLOCKED_FOR: 86_400,
    APPROVAL_DEADLINE: 86_400,
    APPROVAL_VALIDITY: 3600,
    OUTBOUND_ALLOW: [],
    LOG_LEVEL: 'info',
  });
});

test('an empty setting counts as not set', () => {
  expect(readConfig({ PORT: '', MUSTER_DATA: '' })).toMatchObject({ PORT: 7071, MUSTER_DATA: '.muster' });
});

test.each([
  ['90', 90],
  ['1.5', 1.5],
  ['200ms', 0.2],
  ['45s', 45],
  ['10m', 600],
  ['24h', 86_400],
  ['2d', 172_800],
  ['2 h', 7200],
])('the duration %s is %d seconds', (text, seconds) => {
  expect(readConfig({ BLOCKED_FOR: text }).BLOCKED_FOR).toBe(seconds);
});

test('money is read as US dollars and lists by commas', () => {
  const config = readConfig({ MONTHLY_BUDGET_USD: '0.25', OUTBOUND_ALLOW: ' 10.0.0.0/8, agent.local:8080,' });
  expect(config.MONTHLY_BUDGET_USD).toBe(250_000);
  expect(config.OUTBOUND_ALLOW).toEqual(['10.0.0.0/8', 'agent.local:8080']);
});

test('secrets are the settings that begin with SECRET_, by lower-case name', () => {
  const { secrets } = readConfig({ SECRET_API_KEY: 'one', SECRETIVE: 'no', SECRET_EMPTY: '' });
  expect([...secrets]).toEqual([['api_key', 'one']]);
});

test('other variables of the environment do not matter', () => {
  expect(readConfig({ PATH: '/bin', HOME: '/root' })).not.toHaveProperty('PATH');
});

test('a mock keeps everything in memory and in one process, whatever else is set', () => {
  const given = {
    ...{ AGENT_COMMUNICATION_MODE: 'mock', MUSTER_DATA: 'elsewhere', AZURE_SQL_SERVER: 's', AZURE_SQL_USERNAME: 'u' },
    ...{ SERVICEBUS: 'Endpoint=sb://x/', AZURE_KEY_VAULT_URL: 'https://vault.example/', PORT: '0' },
  };
  expect([onAzureSql(given), onServiceBus(given), inOneProcess(given)]).toEqual([false, false, true]);
  const config = readConfig(given);
  expect(config).toMatchObject({ MUSTER_DATA: ':memory:', PORT: 0, DUE_SECONDS: 1 });
  for (const name of ['AZURE_SQL_SERVER', 'AZURE_SQL_USERNAME', 'SERVICEBUS', 'AZURE_KEY_VAULT_URL'])
    expect(config).not.toHaveProperty(name);
});

test('a mock on Azure is refused: it would forget everything', () => {
  const given = { AGENT_COMMUNICATION_MODE: 'mock', AZURE_SQL_SERVER: 's', SERVICEBUS: 'Endpoint=sb://x/' };
  expect(() => readConfig({ ...given, WEBSITE_SITE_NAME: 'app' })).toThrow('On Azure set AZURE_SQL_SERVER');
});
