/** The connection to Service Bus: by a connection string, or by who Muster is to Azure. */
import type { ServiceBusClient } from '@azure/service-bus';
import type { Config } from '../config.ts';
import { firstUse } from '../first-use.ts';
import { credentialOf } from '../identity.ts';

export interface BusClient {
  /** Loads the SDK at the first use. The SDK connects, and connects again, by itself. */
  open(): Promise<ServiceBusClient>;
  /** Closes what was opened. */
  close(): Promise<void>;
}

/** Throws at once when the connection string has no key: the SDK would say so only at the first bell. */
export function busClient(config: Config): BusClient {
  if (config.SERVICEBUS !== undefined && !/;\s*SharedAccess(Key|Signature)=/i.test(config.SERVICEBUS)) {
    throw new Error('SERVICEBUS: expected a connection string with a SharedAccessKey; copy it whole from the portal');
  }
  const client = firstUse(() => load(config));
  return { open: client.use, close: async () => (await client.made())?.close() };
}

/**
 * With the SDK's defaults a connection that drops in mid-send is noticed after a minute. The delays grow, because a
 * receiver tries for ever.
 */
async function load(config: Config): Promise<ServiceBusClient> {
  const { RetryMode, ServiceBusClient } = await import('@azure/service-bus');
  const retryOptions = {
    ...{ maxRetries: 2, timeoutInMs: 10_000, retryDelayInMs: 200 },
    ...{ mode: RetryMode.Exponential, maxRetryDelayInMs: 10_000 },
  };
  if (config.SERVICEBUS !== undefined) return new ServiceBusClient(config.SERVICEBUS, { retryOptions });
  const credential = await credentialOf(config, config.SERVICEBUS__clientId);
  return new ServiceBusClient(config.SERVICEBUS__fullyQualifiedNamespace ?? '', credential, { retryOptions });
}
