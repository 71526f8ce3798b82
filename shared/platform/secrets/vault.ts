/** One Key Vault. The SDK is loaded and the first token asked for at the first use, so that a start needs no vault. */
import type { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import type { SecretClient, SecretClientOptions } from '@azure/keyvault-secrets';
import { Away } from '../away.ts';
import type { Config } from '../config.ts';
import { firstUse } from '../first-use.ts';
import { credentialOf } from '../identity.ts';
import type { Clock } from '../platform.ts';

/** A whole call: the token, the tries and the waits between them, whatever `Retry-After` says. */
const limitMilliseconds = 10_000;

/** How the vault is reached: a test's certificate, name and waiting. */
export type Reach = Pick<SecretClientOptions, 'additionalPolicies' | 'retryOptions'>;

export interface Clients {
  secrets: SecretClient;
  keys: KeyClient;
  /** What a version of a key is asked to do; the vault does it, nothing happens here. */
  crypto(name: string, version: string): CryptographyClient;
}

export interface Limit {
  abortSignal: AbortSignal;
}

export interface Vault {
  /**
   * One call, tried three times. `what` names it in faults, which carry neither request nor answer. Throws
   * {@link Away} when the vault, or who gives tokens for it, does not answer; undefined where it has no such thing.
   */
  ask<T>(what: string, call: (clients: Clients, limit: Limit) => Promise<T>): Promise<T | undefined>;
}

export interface VaultOptions {
  config: Config;
  url: string;
  clock: Clock;
  reach: Reach | undefined;
}

export function openVault(options: VaultOptions): Vault {
  const clients = firstUse(() => openClients(options));
  return {
    ask: async (what, call) => {
      const over = new AbortController();
      const done = new AbortController();
      void options.clock.sleep(limitMilliseconds, done.signal).then(() => over.abort());
      try {
        return await Promise.race([
          clients.use().then((all) => call(all, { abortSignal: over.signal })),
          aborted(over),
        ]);
      } catch (error) {
        // The edge of the vault: an SDK's error holds the request, and must not reach a log.
        if (!isMissing(error)) throw faultOf(what, error, over.signal.aborted);
        return undefined;
      } finally {
        done.abort();
      }
    },
  };
}

const aborted = ({ signal }: AbortController): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('too late')), { once: true }));

async function openClients({ config, url, reach }: VaultOptions): Promise<Clients> {
  const [{ SecretClient }, { KeyClient, CryptographyClient }, credential] = await Promise.all([
    import('@azure/keyvault-secrets'),
    import('@azure/keyvault-keys'),
    credentialOf(config),
  ]);
  const options = () => ({
    retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 2000 },
    redirectOptions: { handleRedirects: false }, // a token is for this vault alone
    ...reach,
  });
  const vaultUrl = url.replace(/\/+$/, '');
  const made = new Map<string, CryptographyClient>();
  return {
    secrets: new SecretClient(vaultUrl, credential, options()),
    keys: new KeyClient(vaultUrl, credential, options()),
    crypto: (name, version) => {
      const id = `${vaultUrl}/keys/${name}/${version}`;
      // Without the key's own dates: what was wrapped by a version that has expired must still open.
      const client =
        made.get(id) ?? new CryptographyClient({ id, name, properties: { vaultUrl, name } }, credential, options());
      made.set(id, client);
      return client;
    },
  };
}

interface Fault {
  name?: string;
  statusCode?: number;
  code?: string;
  message?: string;
}

/** No status: nobody has answered, neither the vault nor who gives tokens for it. */
const gaveNoAnswer = ({ name, statusCode }: Fault): boolean =>
  statusCode === undefined
    ? name === 'RestError' || name === 'CredentialUnavailableError'
    : statusCode === 429 || statusCode >= 500;

/** Said by the vault itself: others answer 404 too, such as who gives tokens, or a proxy before it. */
const missing = new Set<unknown>(['SecretNotFound', 'KeyNotFound']);

function isMissing(error: unknown): boolean {
  const { name, statusCode, code } = error as Fault;
  return name === 'RestError' && statusCode === 404 && missing.has(code);
}

function faultOf(what: string, error: unknown, tooLate: boolean): Error {
  const fault = error as Fault; // whatever it is, these are all that is looked at
  const { statusCode, code, message } = fault;
  if (tooLate) return new Away(`Key Vault took too long (${what})`);
  if (gaveNoAnswer(fault)) return new Away(`Key Vault does not answer (${what}): ${statusCode ?? code ?? message}`);
  return new Error(`Key Vault cannot be used (${what}): ${[statusCode, code, message].filter(Boolean).join(' ')}`);
}
