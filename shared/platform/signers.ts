/** The keys with which Entra ID signs the tokens of callers (JWKS): kept, and looked up again when they rotate. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Away } from './away.ts';
import type { Config } from './config.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Clock } from './platform.ts';
import type { Log } from './telemetry/log.ts';

export interface Signers {
  /**
   * The key of that id; undefined: Entra ID has none. Throws {@link Away} where it cannot be found out, so that a
   * good token is never refused for good because of it.
   */
  keyOf(kid: string): Promise<KeyObject | undefined>;
  /** Fetches the keys and says how many there are; throws what is wrong. */
  check(): Promise<string>;
}

const hour = 3_600_000;

/** Keys are read again after `fresh`; while Entra ID is away the old ones do until `usable`. */
const limits = { fresh: hour, usable: 24 * hour };

/** At most one fetch in so long, whatever ids callers send. */
const restMilliseconds = 30_000;

const tries = 2;

const Jwks = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      kid: z.string().optional(),
      use: z.string().optional(),
      n: z.string().optional(),
      e: z.string().optional(),
    }),
  ),
});

export interface Entra {
  config: Config;
  clock: Clock;
  outbound: Outbound;
  log: Log;
}

export function entraSigners(entra: Entra): Signers {
  const { clock, log } = entra;
  let kept: { keys: ReadonlyMap<string, KeyObject>; at: number } | undefined;
  let fetching: Promise<void> | undefined;
  let last: { at: number; fault: Away | undefined } | undefined;

  const now = () => clock.now().getTime();
  const keyWithin = (kid: string, age: number) =>
    kept !== undefined && now() - kept.at < age ? kept.keys.get(kid) : undefined;
  const fetchAgain = async () => {
    const at = now();
    try {
      kept = { keys: await fetchKeys(entra), at };
      last = { at, fault: undefined };
    } catch (error) {
      // The keys that are there do for a while; who brings a token of another one is told to try again.
      const fault = error instanceof Away ? error : new Away(String(error));
      last = { at, fault };
      log.warn({ fault: fault.message }, 'the keys of Entra ID could not be read');
    }
  };
  return {
    keyOf: async (kid) => {
      const fresh = keyWithin(kid, limits.fresh);
      if (fresh !== undefined) return fresh;
      if (fetching !== undefined || last === undefined || now() - last.at >= restMilliseconds)
        await (fetching ??= fetchAgain().finally(() => (fetching = undefined)));
      const key = keyWithin(kid, limits.usable);
      if (key === undefined && last?.fault !== undefined) throw last.fault;
      return key;
    },
    check: async () => `${(await fetchKeys(entra)).size} keys from ${addressOf(entra).host}`,
  };
}

const addressOf = ({ config: { AZURE_AUTHORITY_HOST: host, AZURE_TENANT_ID: tenant } }: Entra): URL =>
  new URL(`${tenant}/discovery/v2.0/keys`, `${host.replace(/\/+$/, '')}/`);

/** RSA keys for signing, by their ids. Throws {@link Away} where there are none. */
async function fetchKeys(entra: Entra): Promise<Map<string, KeyObject>> {
  const url = addressOf(entra);
  let reason = '';
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const { status, body } = await entra.outbound.call({ url: url.href, timeout_milliseconds: 5000 });
      const keys = status === 200 ? keysIn(body) : new Map<string, KeyObject>();
      if (keys.size > 0) return keys;
      reason = status === 200 ? 'it gave no keys' : `it answered ${status}`;
    } catch (error) {
      // The edge of this call: whatever went wrong, the keys could not be had.
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  throw new Away(`Entra ID at ${url.host} does not give its keys: ${reason}`, restMilliseconds / 1000);
}

function keysIn(body: string): Map<string, KeyObject> {
  const { keys } = Jwks.parse(JSON.parse(body));
  const signing = keys.filter(({ kty, use }) => kty === 'RSA' && (use === undefined || use === 'sig'));
  return new Map(
    signing.flatMap(({ kid, n, e }) =>
      kid === undefined || n === undefined || e === undefined
        ? []
        : [[kid, createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })] as const],
    ),
  );
}
