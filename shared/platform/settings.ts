/** Every setting: its name, what it means and its default. docs/settings.md is generated from this table. */
import { z } from 'zod';
import { microsOf } from './money.ts';
import { isAllowable } from './outbound/addresses.ts';

const unitSeconds = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A duration in seconds: a number, or a number with a unit such as `24h` or `200ms`. */
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?\s*(ms|s|m|h|d)?$/, 'expected seconds, or a number with one of the units ms, s, m, h, d')
  .transform((text) => Number.parseFloat(text) * unitSeconds[unitOf(text)])
  .refine((seconds) => seconds > 0, 'expected more than nothing');

const unitOf = (text: string) => (/[a-z]+$/.exec(text)?.[0] ?? 's') as keyof typeof unitSeconds; // the regex above

const usd = z
  .string()
  .regex(
    /^\d{1,9}(\.\d{1,6})?$/,
    'expected US dollars, below a billion, with at most six decimals, such as 1000 or 0.25',
  )
  .transform((text) => microsOf(Number(text)));

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** The table of settings. `describe` is what the documentation says. */
export const settings = z.object({
  MUSTER_DATA: z
    .string()
    .min(1)
    .default('.muster')
    .describe('Folder of the embedded database; `:memory:` keeps nothing'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(7071)
    .describe('Port of the local server on 127.0.0.1; 0 takes a free one'),
  MUSTER_ADMIN_KEY: z
    .string()
    .regex(/^mk\.[a-z0-9_]+\.[A-Za-z0-9_-]{43}$/, 'expected a key of the form mk.<id>.<43 characters>')
    .optional()
    .describe(
      "The first admin's key; made and printed on the first local start when absent. On Azure a Key Vault reference, or none",
    ),
  MUSTER_DATA_KEY: z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'expected 32 bytes in base64')
    .optional()
    .describe(
      'Key for sealed values, 32 bytes in base64; made in the data folder when absent, unless there is a key vault',
    ),
  AGENT_COMMUNICATION_MODE: z
    .enum(['sql', 'mock'])
    .default('sql')
    .describe('`mock` keeps everything in memory, whatever else is set: the same code, for the tests of an agent'),
  AGENT_DEFAULT_TIMEOUT: duration.default(300).describe('Time limit of a task whose definition names none'),
  AGENT_MAX_RETRIES: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('Tries of a message, or of asking a voter'),
  AGENT_HEARTBEAT_INTERVAL: duration.default(30).describe('How often an agent reports; a lease is three of it'),
  MONTHLY_BUDGET_USD: usd.default(1_000_000_000).describe('Limit of the scope `month` until an admin sets another'),
  DAILY_DIGEST_AT: z
    .string()
    .regex(/^(off|([01]\d|2[0-3]):[0-5]\d)$/, 'expected a time of day in UTC such as 09:00, or off')
    .default('09:00')
    .describe('When the daily digest is sent, in UTC; `off`: never'),
  BLOCKED_FOR: duration.default(86_400).describe('Blocked time, all blocks added, after which a job expires'),
  APPROVAL_DEADLINE: duration.default(86_400).describe('How long a question stays open'),
  APPROVAL_VALIDITY: duration.default(3600).describe('How long a granted approval may wait for its start'),
  MESSAGE_RETENTION: duration.default(7 * 86_400).describe('How long an acknowledged message is kept'),
  DEAD_LETTER_RETENTION: duration.default(30 * 86_400).describe('How long a dead letter is kept'),
  ARCHIVE_AFTER: duration
    .refine((seconds) => seconds >= 86_400, 'expected a day at least: so long an Idempotency-Key finds its job')
    .default(30 * 86_400)
    .describe('How long after its end a job is archived'),
  ARCHIVE_CONTAINER_URL: z
    .url()
    .optional()
    .describe(
      'Container of Azure Blob Storage to which archived jobs are written, such as https://account.blob.core.windows.net/archive',
    ),
  AGENT_RETIRED_AFTER: duration
    .refine((seconds) => seconds >= 3600, 'expected an hour at least: an agent may be away for a while')
    .default(7 * 86_400)
    .describe('Silence after which an agent is retired'),
  AZURE_SQL_SERVER: z
    .string()
    .min(1)
    .optional()
    .describe('Host of Azure SQL, or host,port; without it the embedded file holds the truth'),
  AZURE_SQL_DATABASE: z.string().min(1).default('muster').describe('Database on that server'),
  AZURE_SQL_USERNAME: z
    .string()
    .min(1)
    .optional()
    .describe('SQL login, for development; without it the app signs in with Entra ID'),
  AZURE_SQL_PASSWORD: z.string().min(1).optional().describe('Password of the SQL login'),
  AZURE_SQL_TRUST_CERTIFICATE: flag.describe('`true` takes any certificate, for a server in a container'),
  SERVICEBUS: z
    .string()
    .startsWith('Endpoint=sb://', 'expected a connection string that begins with Endpoint=sb://')
    .optional()
    .describe('Connection string of Service Bus; without one bells ring in the process'),
  SERVICEBUS__fullyQualifiedNamespace: z
    .string()
    .min(1)
    .optional()
    .describe('Namespace of Service Bus for Entra ID, such as muster.servicebus.windows.net'),
  SERVICEBUS__clientId: z.string().min(1).optional().describe('Managed identity that sends and receives'),
  AZURE_KEY_VAULT_URL: z
    .url()
    .optional()
    .describe(
      'Key Vault with secrets and the keys muster-data and muster-seal; without it settings named SECRET_<NAME>',
    ),
  AZURE_TENANT_ID: z.string().min(1).optional().describe('Tenant whose Entra ID tokens callers may bring'),
  AZURE_CLIENT_ID: z.string().min(1).optional().describe("The app's own identity"),
  AZURE_CLIENT_SECRET: z.string().min(1).optional().describe('Its secret, where it is not a managed identity'),
  API_AUDIENCE: z
    .string()
    .min(1)
    .optional()
    .describe("Audience of callers' Entra ID tokens: the API's client id, or its App ID URI where they are v1.0"),
  AZURE_AUTHORITY_HOST: z
    .url()
    .default('https://login.microsoftonline.com')
    .describe('Where Entra ID is; another one in national clouds'),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().min(1).optional().describe('Telemetry to Application Insights'),
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z
    .string()
    .regex(/^Authorization=AAD(;ClientId=[^;]+)?;?$/, 'expected Authorization=AAD, or Authorization=AAD;ClientId=…')
    .optional()
    .describe('How to sign in there with a managed identity; without it the connection string is enough'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional().describe('Telemetry to an OpenTelemetry collector over OTLP/HTTP'),
  WEBSITE_SITE_NAME: z.string().optional().describe('Set by Azure: the embedded forms are refused there'),
  WEBSITE_INSTANCE_ID: z.string().optional().describe('Set by Azure, but for Flex Consumption: which instance this is'),
  WEBSITE_POD_NAME: z.string().optional().describe('Set by Azure on Flex Consumption: which instance this is'),
  OUTBOUND_ALLOW: list
    .refine((entries) => entries.every(isAllowable), 'expected host:port or CIDR ranges')
    .default([])
    .describe('host:port or CIDR, separated by commas, that may be called though private or without TLS'),
  IDENTITY_ENDPOINT: z.url().optional().describe('Where Azure gives tokens to this app; never called for a caller'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severity that is logged'),
});
