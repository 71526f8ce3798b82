/**
 * A category head that judges by a written rubric. It reads its mailbox, answers each question for exactly the
 * definition it was asked about, and says why. The job's text is data: nothing in it can change the rubric.
 */
import { call, keepAlive, readMail } from './client.ts';

interface Asked {
  job_id: string;
  definition_sha256: string;
}

interface Question {
  definition_sha256: string;
  cost_ceiling_usd: number;
  definition: {
    job_description: string;
    max_budget_usd?: number;
    priority: number;
    required_tools: unknown[];
    max_retries: number;
  };
  estimate: { tokens: { interval_80: [number, number] } } | null;
  readiness: { is_ready: boolean; checks_failed: number; warnings: string[] } | null;
}

/** A rule of the rubric: whether it holds, and what to say of it. */
type Rule = (question: Question) => { holds: boolean; words: string };

const rubric: Rule[] = [
  ({ readiness }) => ({ holds: readiness?.is_ready === true, words: 'everything it needs is ready' }),
  ({ cost_ceiling_usd }) => ({
    holds: cost_ceiling_usd <= 5,
    words: `its ceiling of ${cost_ceiling_usd} USD is at most 5 USD`,
  }),
  ({ definition }) => ({
    holds: definition.job_description.trim().split(/\s+/).length >= 3,
    words: 'it says what it is for',
  }),
  ({ definition }) => ({ holds: definition.max_retries <= 10, words: 'it does not retry without end' }),
  ({ readiness }) => ({ holds: (readiness?.warnings.length ?? 0) <= 3, words: 'few warnings' }),
];

function judge(question: Question) {
  const judged = rubric.map((rule) => rule(question));
  const broken = judged.filter(({ holds }) => !holds);
  const decision = broken.length === 0 ? ('yes' as const) : ('no' as const);
  const reasons = (broken.length === 0 ? judged : broken).map(({ words }) => words).join('; ');
  return {
    decision,
    confidence: broken.length === 0 ? 0.92 : 0.97,
    reasoning: decision === 'yes' ? `The rubric holds: ${reasons}.` : `The rubric does not hold: not "${reasons}".`,
  };
}

async function answer({ job_id, definition_sha256 }: Asked): Promise<void> {
  const question = await call<Question>('GET', `/v1/deployment/approvals/${job_id}`);
  if (question.definition_sha256 !== definition_sha256) return; // asked about something that has changed since
  await call('POST', `/v1/deployment/approvals/${job_id}/ballots`, { definition_sha256, ...judge(question) });
}

await keepAlive();
await readMail<Asked>(async ({ type, body }) => {
  if (type === 'approval_request') await answer(body); // refused when it is closed, changed or answered already
});
