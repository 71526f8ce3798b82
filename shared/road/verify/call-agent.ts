/** The signed call of a verifier that is an agent with an endpoint. */
import { OutboundFault } from '../../platform/outbound/outbound.ts';
import { signedHeaders } from '../../platform/outbound/signature.ts';
import type { Platform } from '../../platform/platform.ts';
import type { openEndpoint } from '../../agents/endpoint.ts';
import type { JobDefinition } from '../../jobs/definition.ts';
import { answerMilliseconds } from '../../readiness/checks/verifiers.ts';
import { keepChecks } from '../../tools/answer-verification.ts';
import { answerBytes } from '../../tools/verification.ts';
import { readAnswer, requestOf, type Called, type Question } from './request.ts';

export type Endpoint = NonNullable<Awaited<ReturnType<typeof openEndpoint>>>;

interface Calling {
  question: Question;
  endpoint: Endpoint;
  definition: JobDefinition;
}

/** One call, with the same `webhook-id` whenever it is repeated. An answer in place is kept as one by mail is. */
export async function callAgent(platform: Platform, calling: Calling): Promise<Called> {
  const called = await answerOf(platform, calling);
  if (typeof called === 'object' && 'checks' in called)
    await platform.db.transaction('keepChecks', (tx) => keepChecks(tx, calling.question, called.checks));
  return called;
}

async function answerOf(platform: Platform, { question, endpoint, definition }: Calling): Promise<Called> {
  const { url, secret } = endpoint;
  const body = JSON.stringify(requestOf(question, definition));
  const signed = signedHeaders(secret, { id: question.id, at: platform.clock.now(), body });
  const headers = { 'content-type': 'application/json', ...signed };
  const limits = { timeout_milliseconds: answerMilliseconds, max_answer_bytes: answerBytes };
  try {
    const answer = await platform.outbound.call({ url, method: 'POST', headers, body, ...limits });
    return readAnswer(answer, { question, secret, at: platform.clock.now() });
  } catch (error) {
    // That a verifier does not answer is a finding, not a fault. One that is slow may still answer by mail.
    if (!(error instanceof OutboundFault)) throw error;
    return error.kind === 'timeout' ? 'later' : { useless: error.message };
  }
}
