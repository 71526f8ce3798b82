/** A ring as a message of Service Bus, and back: as the SDK gives it, and as the Functions host does. */
import type { ServiceBusMessage } from '@azure/service-bus';
import type { BellName, Ring } from '../platform.ts';

/** The id travels in the body alone: properties are parsed on the way, and long digits would come back rounded. */
export function messageOf({ id, trace }: Omit<Ring, 'bell'>, messageId: string): ServiceBusMessage {
  const message = { body: { id }, contentType: 'application/json', messageId };
  return trace === null
    ? message
    : { ...message, applicationProperties: { traceparent: trace, 'Diagnostic-Id': trace } };
}

/** What came out of a queue. The bell is the queue's; a message does not say it. */
export interface Heard {
  /** Parsed JSON, or the text or bytes of it. */
  body: unknown;
  /** Application properties, whatever has become of their names and values. */
  properties?: unknown;
}

/** The ring in a message, or undefined when it is none. */
export function ringIn(bell: BellName, { body, properties }: Heard): Ring | undefined {
  const id = memberOf(parsed(body), 'id');
  if (typeof id !== 'string' || id === '' || id.length > longestId) return undefined;
  return { bell, id, trace: traceIn(parsed(properties)) };
}

/** What a queue trigger of the Functions host hands over. */
export interface Triggered {
  body: unknown;
  /** Only the properties are read: any other name may be a member of the body instead. */
  triggerMetadata?: Record<string, unknown> | undefined;
}

/** The ring in it, or undefined when it is none. */
export const ringOfTrigger = (bell: BellName, { body, triggerMetadata }: Triggered): Ring | undefined =>
  ringIn(bell, { body, properties: triggerMetadata?.['applicationProperties'] });

/** Longer than any id and any name of what jobs wait for. */
const longestId = 1000;

function parsed(value: unknown): unknown {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not a message of ours
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

const traceparent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The host changes the case of names: `Diagnostic-Id` comes as `diagnostic-Id`. */
function traceIn(properties: unknown): string | null {
  if (typeof properties !== 'object' || properties === null) return null;
  const named = new Map(Object.entries(properties).map(([name, value]) => [name.toLowerCase(), value as unknown]));
  const found = [named.get('traceparent'), named.get('diagnostic-id')].find(isTraceparent);
  return found ?? null;
}

const isTraceparent = (value: unknown): value is string => typeof value === 'string' && traceparent.test(value);
