/** Registered verifiers: their own checks, merged into ours. What they answer is not trusted. */
import { z } from 'zod';
import { sealedValues, type SealedValue } from '../../access/sealed.ts';
import { OutboundFault, type OutboundAnswer } from '../../platform/outbound/outbound.ts';
import { signedHeaders } from '../../platform/outbound/signature.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { name } from '../../platform/wire.ts';
import { awaitedVerifier } from '../../tools/register-verifier.ts';
import { allVerifiers } from '../../tools/store/verifiers.ts';
import { secretPath, type VerifierRow } from '../../tools/verifier.ts';
import { toldToVerifiers, type ReadinessQuestion } from '../question.ts';
import { checkStates, failed, passed, type Finding, type ReadinessCheck } from '../readiness.ts';
import { timed } from '../timed.ts';

const answerMilliseconds = 5000;
const answerBytes = 64 * 1024;

const text = z
  .string()
  .max(1000)
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'expected one line of text');

/** What a verifier answers; members beside these are not looked at. */
const VerifierChecks = z.object({
  checks: z.array(z.object({ name, state: z.enum(checkStates), reason: text, remedy: text.nullish() })).max(50),
});

export async function checkVerifiers(platform: Platform, question: ReadinessQuestion): Promise<ReadinessCheck[]> {
  const { category } = question.definition;
  const verifiers = (await allVerifiers(platform.db.read, {})).filter(
    (row) => row.categories.length === 0 || row.categories.includes(category),
  );
  if (verifiers.length === 0) return [];
  const secrets = new Map(
    (
      await sealedValues(
        platform.db.read,
        verifiers.map((row) => row.secret_id),
      )
    ).map((value) => [value.id, value]),
  );
  const body = JSON.stringify(toldToVerifiers(question));
  const checks = verifiers.map((verifier) =>
    timed(platform.clock, () => checkVerifier(platform, { verifier, sealed: secrets.get(verifier.secret_id), body })),
  );
  return (await Promise.all(checks)).flat();
}

interface Asking {
  verifier: VerifierRow;
  sealed: SealedValue | undefined;
  body: string;
}

async function checkVerifier(platform: Platform, asking: Asking): Promise<Finding[]> {
  const answer = await ask(platform, asking);
  return typeof answer === 'string' ? [silent(asking.verifier, answer)] : findingsIn(asking.verifier, answer);
}

/** The answer, or why there is none. */
async function ask(platform: Platform, { verifier, sealed, body }: Asking): Promise<OutboundAnswer | string> {
  if (sealed === undefined) throw new Error(`the secret of verifier ${verifier.name} is gone`);
  const secret = await platform.sealer.open(sealed, secretPath(verifier.name));
  try {
    return await platform.outbound.call({
      url: verifier.url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signature(platform, secret, body) },
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

/** Standard Webhooks: who has the secret can tell that we asked, and when. */
function signature({ clock, random }: Platform, secret: string, body: string): Record<string, string> {
  const at = clock.now();
  return signedHeaders(secret, { id: newId('msg', at, random), at, body });
}

/** A verifier's own checks, under its name; nothing but what fits the schema counts. Pure. */
export function findingsIn(
  verifier: VerifierRow,
  { status, body }: Pick<OutboundAnswer, 'status' | 'body'>,
): Finding[] {
  if (status !== 200) return [silent(verifier, `it answered with ${status}`)];
  const answer = VerifierChecks.safeParse(parsed(body));
  if (!answer.success) return [silent(verifier, `its answer does not fit: ${wrongWith(answer.error)}`)];
  const own = awaitedVerifier(verifier.name);
  if (answer.data.checks.length === 0) return [passed(own, 'It answered and found nothing to check.')];
  return answer.data.checks.map((check) => ({
    name: `${own}:${check.name}`,
    state: check.state,
    reason: check.reason,
    remedy: check.state === 'passed' ? null : (check.remedy ?? `Ask those who run the verifier "${verifier.name}".`),
  }));
}

/** The first of what is wrong, in one line. */
const wrongWith = ({ issues }: z.ZodError): string =>
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
const silent = ({ name: verifier }: VerifierRow, reason: string): Finding =>
  failed(
    awaitedVerifier(verifier),
    `The verifier "${verifier}" gave no checks: ${reason}.`,
    `See to it that it answers {"checks": […]} within ${answerMilliseconds / 1000} s, or delete it.`,
  );
