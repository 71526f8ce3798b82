/** Whether a webhook came from Muster: Standard Webhooks (standardwebhooks.com), with nothing but Node. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** `body` is what came, to the byte: not parsed and written again. `secret` is `whsec_…`, as it was shown once. */
export function isFromMuster(secret: string, headers: Record<string, string | undefined>, body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false; // old: it may have been recorded
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(' ').some((each) => {
    const given = Buffer.from(each.replace(/^v1,/, ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
