/** askVoter: puts the question to one voter's endpoint by a signed call; the voter may answer in place. */
import { LostRace, loseRace, Refusal } from '../outcomes.ts';
import { backoffSeconds } from '../platform/database/due-work.ts';
import { OutboundFault } from '../platform/outbound/outbound.ts';
import type { Platform } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import { openEndpoint } from '../agents/endpoint.ts';
import type { Approval, Ballot } from './approval.ts';
import { ballotIn, callFor } from './ask-call.ts';
import { castIn } from './cast.ts';
import { countBallots } from './count.ts';
import { askWork, findApproval, lockApproval } from './store.ts';
import { findAsk, finishAsk, type AskRow } from './store/asks.ts';

/** Longer than a call may take. */
const claimSeconds = 60;

/** The id is the ask's. Never throws what it has kept: a call that fails is tried again, with the same `webhook-id`. */
export async function askVoter(platform: Platform, id: string): Promise<void> {
  const ask = await claimAsk(platform, id);
  if (ask === undefined) return;
  try {
    await askOnce(platform, ask);
  } catch (error) {
    // The edge of this stage: a race lost is over, a refusal ends the ask, a fault is tried again.
    platform.telemetry.fault(error);
    if (error instanceof LostRace) return;
    if (error instanceof Refusal) await finish(platform, ask, endFor(error));
    else await keepFault(platform, ask, error);
  }
}

/** One request between BEGIN and COMMIT. */
const claimAsk = (platform: Platform, id: string): Promise<AskRow | undefined> =>
  platform.db.transaction('askVoter claim', async (tx) => {
    const claiming = askWork.claim(tx, { id, state: 'waiting', lease_seconds: claimSeconds });
    const [claimed, ask] = await Promise.all([claiming, findAsk(tx, { id })]);
    return claimed.length === 0 ? undefined : ask;
  });

async function askOnce(platform: Platform, ask: AskRow): Promise<void> {
  if (ask.attempts > platform.config.AGENT_MAX_RETRIES) throw new Error(ask.last_fault ?? 'the call never came back');
  const approval = await stillAsked(platform, ask);
  if (approval === undefined) return finish(platform, ask, { state: 'done', last_fault: null });
  const endpoint = await openEndpoint(platform, ask.voter_id);
  if (endpoint === undefined)
    return finish(platform, ask, { state: 'failed', last_fault: 'it has no endpoint any more' });
  const answer = await platform.outbound.call(await callFor(platform, approval, { ask_id: ask.id, ...endpoint }));
  if (answer.status < 200 || answer.status > 299) throw new Error(`the endpoint answered ${answer.status}`);
  const { secret } = endpoint;
  await commit(platform, ask, ballotIn(answer, { secret, approval_id: approval.id, at: platform.clock.now() }));
}

/** The question, while it is open and this voter, in service, has not answered it. */
async function stillAsked({ db }: Platform, { approval_id, voter_id }: AskRow): Promise<Approval | undefined> {
  const approval = await findApproval(db.read, { id: approval_id });
  if (approval?.state !== 'open') return undefined;
  const { ballots, lost } = await countBallots(db.read, approval);
  return lost.has(voter_id) || ballots.some((ballot) => ballot.voter_id === voter_id) ? undefined : approval;
}

/** The end of the ask and the ballot in one; undone when the claim was taken over meanwhile. */
const commit = (platform: Platform, ask: AskRow, ballot: Ballot | undefined): Promise<void> =>
  platform.db.transaction('askVoter', async (tx) => {
    const approval = ballot === undefined ? undefined : await lockApproval(tx, { id: ask.approval_id });
    const hit = await finishAsk(tx, { ...ask, state: 'done', last_fault: null });
    if (hit.length === 0) loseRace();
    if (ballot !== undefined && approval !== undefined) await castIn(tx, { approval, voter_id: ask.voter_id, ballot });
  });

interface End {
  state: 'done' | 'failed';
  last_fault: string | null;
}

async function finish(platform: Platform, ask: AskRow, end: End): Promise<void> {
  await platform.db.transaction('askVoter end', (tx) => finishAsk(tx, { id: ask.id, fence: ask.fence, ...end }));
}

/** Closed or answered meanwhile: there is nothing left to ask. */
const endFor = ({ code, message }: Refusal): End =>
  code === 'approval_closed' || code === 'already_voted'
    ? { state: 'done', last_fault: null }
    : { state: 'failed', last_fault: `${code}: ${message}` };

async function keepFault(platform: Platform, ask: AskRow, error: unknown): Promise<void> {
  const fault = mask(error instanceof Error ? error.message : String(error)).slice(0, 2000);
  platform.log.warn({ ask: ask.id, voter: ask.voter_id, fault }, 'a voter could not be asked');
  const useless = error instanceof OutboundFault && error.kind === 'refused';
  if (useless || ask.attempts >= platform.config.AGENT_MAX_RETRIES) {
    return finish(platform, ask, { state: 'failed', last_fault: fault });
  }
  const seconds = backoffSeconds(ask.attempts, platform.random.fraction());
  await platform.db.transaction('askVoter fault', (tx) =>
    askWork.backOff(tx, { id: ask.id, fence: ask.fence, seconds, fault, counted: 0 }),
  );
}
