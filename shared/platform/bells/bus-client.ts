/** The connections to Service Bus: by a connection string, or by who Muster is to Azure. */
import type { ServiceBusClient } from '@azure/service-bus';
import type { Config } from '../config.ts';
import { firstUse } from '../first-use.ts';
import { credentialOf } from '../identity.ts';

/** One to send and one to hear: where one drops, making its links anew does not hold up the other. */
export interface BusClients {
  /** Each loads the SDK at its first use. The SDK connects, and connects again, by itself. */
  sending(): Promise<ServiceBusClient>;
  hearing(): Promise<ServiceBusClient>;
  /** Closes what was opened. */
  close(): Promise<void>;
}

/** Throws at once when the connection string has no key: the SDK would say so only at the first bell. */
export function busClients(config: Config): BusClients {
  if (config.SERVICEBUS !== undefined && !/;\s*SharedAccess(Key|Signature)=/i.test(config.SERVICEBUS)) {
    throw new Error('SERVICEBUS: expected a connection string with a SharedAccessKey; copy it whole from the portal');
  }
  const sending = firstUse(() => load(config));
  const hearing = firstUse(() => load(config));
  const close = async () => {
    await Promise.all([sending, hearing].map(async (client) => (await client.made())?.close()));
  };
  return { sending: sending.use, hearing: hearing.use, close };
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
