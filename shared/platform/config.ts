/** Every setting: its name, what it means and its default. Nothing else reads the environment. */
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
    .describe("The first admin's key; made and printed on the first local start when absent"),
  MUSTER_DATA_KEY: z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'expected 32 bytes in base64')
    .optional()
    .describe('Key for sealed values, 32 bytes in base64; made in the data folder when absent'),
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
  BLOCKED_FOR: duration.default(86_400).describe('Blocked time, all blocks added, after which a job expires'),
  APPROVAL_DEADLINE: duration.default(86_400).describe('How long a question stays open'),
  APPROVAL_VALIDITY: duration.default(3600).describe('How long a granted approval may wait for its start'),
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

/** Settings and what follows from them. */
export type Config = z.output<typeof settings> & {
  /** Secrets given as `SECRET_<NAME>`, by lower-case name. */
  secrets: ReadonlyMap<string, string>;
  /** Seconds until a row that waits for the machine is swept: 1 locally, where a sweep costs nothing. */
  DUE_SECONDS: number;
};

/** Reads settings; an invalid one stops the start with its name and what is expected. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`These settings cannot be used:\n${lines.join('\n')}`);
  }
  return { ...parsed.data, secrets: secretsIn(given), DUE_SECONDS: 1 };
}

function secretsIn(environment: Record<string, string | undefined>): Map<string, string> {
  const named = Object.entries(environment).filter(([name]) => name.startsWith('SECRET_'));
  return new Map(named.map(([name, value]) => [name.slice('SECRET_'.length).toLowerCase(), value ?? '']));
}
