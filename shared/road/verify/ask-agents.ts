/** Puts the questions to verifiers that are agents: a signed call where there is an endpoint, else a message. */
import { loseRace } from '../../outcomes.ts';
import { poll } from '../../platform/bells/poll.ts';
import { databaseTime } from '../../platform/database/time.ts';
import type { Platform, Tx } from '../../platform/platform.ts';
import { musterActor } from '../../access/caller.ts';
import { openEndpoint } from '../../agents/endpoint.ts';
import { lockJob } from '../../jobs/store/rows.ts';
import { postMessages } from '../../messages/post.ts';
import { answerMilliseconds } from '../../readiness/checks/verifiers.ts';
import { deleteVerification, insertVerification, verificationsOf } from '../../tools/store/verifications.ts';
import { standingOf, verificationHint, type VerificationRow } from '../../tools/verification.ts';
import { callAgent, type Endpoint } from './call-agent.ts';
import { questionFor, requestOf, type Asking, type ByAgent, type Called, type Question } from './request.ts';

/** A commit of another process brings no news here. */
const poll_milliseconds = 250;

interface Asked {
  question: Question;
  /** Where it is called out; undefined: it is mailed. */
  endpoint: Endpoint | undefined;
  isNew: boolean;
  /** The id of what was asked before. */
  before: string | undefined;
}

/**
 * Asks those who have not answered, and waits a moment for prompt answers. Gives what came of the calls, by the
 * verifier's name. Outside of transactions; loses the race with another claim of the job.
 */
export async function askAgents(
  platform: Platform,
  asking: Asking,
  verifiers: readonly ByAgent[],
): Promise<Map<string, Called>> {
  const asked = await toAsk(platform, asking, verifiers);
  const fresh = asked.filter(({ isNew }) => isNew);
  if (fresh.length > 0) await recordQuestions(platform, asking, fresh);
  const called = await callThose(platform, asking, asked);
  const open = asked.filter(({ question }) => typeof called.get(question.verifier) !== 'object');
  await awaitAnswers(platform, asking, new Set(open.map(({ question }) => question.id)));
  return called;
}

/** Those without an answer, and those that this very try has asked before it was broken off. */
async function toAsk(platform: Platform, asking: Asking, verifiers: readonly ByAgent[]): Promise<Asked[]> {
  const rows = await questionsOf(platform, asking);
  const at = await databaseTime(platform.db.read);
  const asked = verifiers.map(async (verifier) => {
    const { name, agent_id } = verifier;
    const row = rows.get(name);
    const question = questionFor(asking, verifier);
    const isNew = standingOf(row, { agent_id, at }) === 'ask';
    if (!isNew && (row?.id !== question.id || row.answered_at !== null)) return [];
    return [{ question, endpoint: await openEndpoint(platform, agent_id), isNew, before: row?.id }];
  });
  return (await Promise.all(asked)).flat();
}

/** What was asked of the deployment, by the verifier's name. */
export const questionsOf = async ({ db }: Platform, { job }: Asking): Promise<Map<string, VerificationRow>> =>
  new Map((await verificationsOf(db.read, job)).map((row) => [row.verifier, row]));

/** Stored before anybody hears of it, so that an answer finds its question. */
const recordQuestions = (platform: Platform, asking: Asking, asked: readonly Asked[]): Promise<void> =>
  platform.db.transaction('askVerifiers', async (tx) => {
    const { id, fence } = asking.job;
    if ((await lockJob(tx, { id }))?.fence !== fence) loseRace();
    const answer_in_seconds = tx.config.AGENT_DEFAULT_TIMEOUT;
    const before = asked.flatMap((each) => each.before ?? []);
    for (const earlier of before.toSorted()) await deleteVerification(tx, { id: earlier });
    for (const { question } of asked) await insertVerification(tx, { ...question, answer_in_seconds });
    await mail(tx, asking, asked);
  });

async function mail(tx: Tx, { job, definition }: Asking, asked: readonly Asked[]): Promise<void> {
  const mailed = asked.filter(({ endpoint }) => endpoint === undefined);
  const expires_at = new Date(tx.at.getTime() + tx.config.AGENT_DEFAULT_TIMEOUT * 1000);
  await postMessages(
    tx,
    mailed.map(({ question }) => ({
      ...{ to_agent: question.agent_id, from_id: musterActor, type: 'verification_request' as const, expires_at },
      ...{ priority: job.priority, body: requestOf(question, definition), correlation_id: question.id },
    })),
  );
}

async function callThose(
  platform: Platform,
  { definition }: Asking,
  asked: readonly Asked[],
): Promise<Map<string, Called>> {
  const calls = asked.map(async ({ question, endpoint }) =>
    endpoint === undefined
      ? []
      : [[question.verifier, await callAgent(platform, { question, endpoint, definition })] as const],
  );
  return new Map((await Promise.all(calls)).flat());
}

/** Waits as long as an answer counts as prompt. */
async function awaitAnswers(platform: Platform, { job }: Asking, ids: ReadonlySet<string>): Promise<void> {
  if (ids.size === 0) return;
  const wait_seconds = answerMilliseconds / 1000;
  await poll(platform, { wait_seconds, poll_milliseconds }, async () => {
    const rows = await verificationsOf(platform.db.read, job);
    const open = rows.filter(({ id, answered_at }) => ids.has(id) && answered_at === null);
    return { found: open.length === 0 ? [true] : [], topics: open.map(({ id }) => verificationHint(id)) };
  });
}
