/**
 * A category head with an endpoint: Muster posts each question to it, signed, and it answers in place, signed too.
 *
 *   MUSTER_ENDPOINT_SECRET   what the registration of the endpoint gave
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { keepAlive } from './client.ts';

interface Question {
  approval_id: string;
  definition_sha256: string;
  cost_ceiling_usd: number;
}

const webhook = new Webhook(process.env['MUSTER_ENDPOINT_SECRET'] ?? '');

const judge = ({ cost_ceiling_usd }: Question) =>
  cost_ceiling_usd <= 5
    ? { decision: 'yes', confidence: 0.9, reasoning: `Its ceiling of ${cost_ceiling_usd} USD is at most 5 USD.` }
    : { decision: 'no', confidence: 0.95, reasoning: `Its ceiling of ${cost_ceiling_usd} USD is above 5 USD.` };

/** The question, or undefined when it is not Muster that asks. */
async function questionIn(request: IncomingMessage): Promise<Question | undefined> {
  try {
    return webhook.verify(await text(request), request.headers as Record<string, string>) as Question;
  } catch {
    return undefined;
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const question = await questionIn(request);
  if (question === undefined) return response.writeHead(401).end();
  const { approval_id, definition_sha256 } = question;
  const body = JSON.stringify({ approval_id, definition_sha256, ...judge(question) });
  const [id, at] = [`msg_${randomUUID()}`, new Date()];
  const signed = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, at, body),
  };
  return response.writeHead(200, { 'content-type': 'application/json', ...signed }).end(body);
}

createServer((request, response) => void answer(request, response)).listen(9000, '127.0.0.1');

await keepAlive(); // only an active head is asked
