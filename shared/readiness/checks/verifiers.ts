/** Registered verifiers with a URL: their own checks, merged into ours. What they answer is not trusted. */
import type { z } from 'zod';
import { sealedValues, type SealedValue } from '../../access/sealed.ts';
import { OutboundFault, type OutboundAnswer } from '../../platform/outbound/outbound.ts';
import { signedHeaders } from '../../platform/outbound/signature.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform, Reads } from '../../platform/platform.ts';
import { answerBytes, verificationId, VerifierChecks, type VerifierCheck } from '../../tools/verification.ts';
import { allVerifiers } from '../../tools/store/verifiers.ts';
import { awaitedVerifier, secretPath, type VerifierRow } from '../../tools/verifier.ts';
import type { JobDefinition } from '../../jobs/definition.ts';
import { toldToVerifiers, type ReadinessQuestion } from '../question.ts';
import { failed, passed, type Finding, type ReadinessCheck } from '../readiness.ts';
import { timed } from '../timed.ts';

/** How long a verifier may take for its answer to count at once. */
export const answerMilliseconds = 5000;

/** Those that are asked about a job of this category, by name. */
export const verifiersFor = async (
  reads: Reads,
  { category }: Pick<JobDefinition, 'category'>,
): Promise<VerifierRow[]> =>
  (await allVerifiers(reads, {})).filter(({ categories }) => categories.length === 0 || categories.includes(category));

type AtUrl = VerifierRow & { url: string; secret_id: string };

/** Those of the verifiers that have a URL, side by side. */
export async function checkVerifiers(
  platform: Platform,
  question: ReadinessQuestion,
  all: readonly VerifierRow[],
): Promise<ReadinessCheck[]> {
  const verifiers = all.filter((row): row is AtUrl => row.url !== null && row.secret_id !== null);
  if (verifiers.length === 0) return [];
  const sealed = await sealedValues(
    platform.db.read,
    verifiers.map((row) => row.secret_id),
  );
  const secrets = new Map(sealed.map((value) => [value.id, value]));
  const body = JSON.stringify(toldToVerifiers(question));
  const checks = verifiers.map((verifier) =>
    timed(platform.clock, () =>
      checkVerifier(platform, { verifier, sealed: secrets.get(verifier.secret_id), question, body }),
    ),
  );
  return (await Promise.all(checks)).flat();
}

interface Asking {
  verifier: AtUrl;
  sealed: SealedValue | undefined;
  question: ReadinessQuestion;
  body: string;
}

async function checkVerifier(platform: Platform, asking: Asking): Promise<Finding[]> {
  const answer = await ask(platform, asking);
  return typeof answer === 'string' ? [silent(asking.verifier, answer)] : findingsIn(asking.verifier, answer);
}

/** The answer, or why there is none. */
async function ask(platform: Platform, asking: Asking): Promise<OutboundAnswer | string> {
  const { verifier, sealed, body } = asking;
  if (sealed === undefined) throw new Error(`the secret of verifier ${verifier.name} is gone`);
  const secret = await platform.sealer.open(sealed, secretPath(verifier.name));
  try {
    return await platform.outbound.call({
      url: verifier.url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signature(platform, secret, asking) },
      body,
      timeout_milliseconds: answerMilliseconds,
      max_answer_bytes: answerBytes,
    });
  } catch (error) {
    // That a verifier does not answer is a finding, not a fault.
    if (error instanceof OutboundFault) return error.message;
    throw error;
  }
}

/** Standard Webhooks: who has the secret can tell that we asked, and when; a try that is repeated keeps its id. */
function signature(
  { clock, random }: Platform,
  secret: string,
  { verifier, question: { id, version }, body }: Asking,
): Record<string, string> {
  const at = clock.now();
  const known = id !== undefined && version !== undefined;
  const call = known
    ? verificationId({ deployment_id: id, verifier: verifier.name, version })
    : newId('msg', at, random);
  return signedHeaders(secret, { id: call, at, body });
}

/** What an answer says; nothing but what fits the schema counts. Pure. */
export function findingsIn(
  verifier: Pick<VerifierRow, 'name'>,
  { status, body }: Pick<OutboundAnswer, 'status' | 'body'>,
): Finding[] {
  if (status !== 200) return [silent(verifier, `it answered with ${status}`)];
  const answer = VerifierChecks.safeParse(parsed(body));
  if (!answer.success) return [silent(verifier, `its answer does not fit: ${wrongWith(answer.error)}`)];
  return findingsOf(verifier, answer.data.checks);
}

/** A verifier's own checks, under its name. Pure. */
export function findingsOf({ name }: Pick<VerifierRow, 'name'>, checks: readonly VerifierCheck[]): Finding[] {
  const own = awaitedVerifier(name);
  if (checks.length === 0) return [passed(own, 'It answered and found nothing to check.')];
  return checks.map((check) => ({
    name: `${own}:${check.name}`,
    state: check.state,
    reason: check.reason,
    remedy: check.state === 'passed' ? null : (check.remedy ?? `Ask those who run the verifier "${name}".`),
  }));
}

/** The first of what is wrong, in one line. */
export const wrongWith = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`)
    .join('; ');

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON does not fit the schema either, which says so.
    return undefined;
  }
}

/** Its whole address is not told: whoever submits a job reads this, and a path may hold a secret. */
const silent = ({ name: verifier }: Pick<VerifierRow, 'name'>, reason: string): Finding =>
  failed(
    awaitedVerifier(verifier),
    `The verifier "${verifier}" gave no checks: ${reason}.`,
    `See to it that it answers {"checks": […]} within ${answerMilliseconds / 1000} s, or delete it.`,
  );
