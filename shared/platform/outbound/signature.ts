/** Standard Webhooks (standardwebhooks.com): `v1`, HMAC-SHA-256 over id, timestamp and body as sent. Pure. */
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Random } from '../platform.ts';

const toleranceSeconds = 300;
const secretBytes = 32;

/** A new secret for both sides: `whsec_` and base64, of 256 random bits. */
export const webhookSecret = (random: Random): string =>
  `whsec_${Buffer.from(random.bytes(secretBytes)).toString('base64')}`;

export interface Signed {
  id: string;
  at: Date;
  body: string;
}

export const signedHeaders = (secret: string, { id, at, body }: Signed): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, at, body),
});

export interface Received {
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** As it came, not parsed and written again. */
  body: string;
  /** Now, by the process's clock. */
  at: Date;
}

/** Whether the body was signed with the secret, within five minutes of now. Missing headers are a no. */
export function isSigned(secret: string, { headers, body, at }: Received): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = headers;
  if (id === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  const signedAt = new Date(Number(timestamp) * 1000);
  if (Math.abs(signedAt.getTime() - at.getTime()) > toleranceSeconds * 1000) return false;
  const expected = Buffer.from(new Webhook(secret).sign(id, signedAt, body));
  return signatures.split(' ').some((each) => {
    const given = Buffer.from(each);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
