import type { Look, Promised } from './promised.ts';
import { blockedFor, blockedIn, deadline, validity } from './times.ts';
import { deploymentsIn, stepsOf, toldOf, undosOf, type Deployed, type Told } from './told.ts';

interface Question {
  deployment_id: string;
  opened_at: string;
  granted_at: string | null;
  nos: number;
}

interface Ended {
  run: Deployed;
  end: Told;
  look: Look;
  /** The newest one of this deployment. */
  question: Question | undefined;
}

/** Why the run itself was stopped, rather than its undoing. */
function stopOf({ told }: Deployed): Told | undefined {
  const failed = told.findIndex(({ type }) => type === 'run_failed');
  return told.slice(0, failed < 0 ? told.length : failed).find(({ type }) => type === 'stop_requested');
}

const reasonOfStop = (run: Deployed): string | undefined => stopOf(run)?.data.reason;

/** Whether all that was to be undone is; undefined where nothing was. */
function isUndone(run: Deployed): boolean | undefined {
  if (toldOf(run, 'run_failed') === undefined) return undefined;
  return undosOf(run).every(({ output }) => output !== null);
}

/** Somebody asked for it by name, and is said to have. */
function isAskedFor({ run, end, look }: Ended): boolean {
  const asked = end.type === 'cancelled' ? end : toldOf(run, 'stop_requested');
  const isCancel = end.type === 'cancelled' || asked?.data.reason === 'cancel';
  return isCancel && look.ledger.of('cancel').some(({ job_id, by }) => job_id === run.job_id && by === asked?.actor);
}

/** Stopped for its time or its money, or undone by a task; given up only where an operator is told of it. */
function isFailure({ run, end, look }: Ended): boolean {
  if (end.data.to === 'failed' && isUndone(run) === true) return false;
  if (end.type === 'gave_up') {
    const item = "select 1 from action_items where code = 'stage_keeps_failing' and subject = ?";
    return look.rows(item, run.job_id).length > 0;
  }
  const stop = reasonOfStop(run);
  if (stop === undefined) return stepsOf(run).some(({ state }) => state === 'failed');
  return stop === 'budget' || (stop === 'time_limit' && isOutOfTime(run));
}

function isOutOfTime(run: Deployed): boolean {
  const { max_execution_time_seconds } = JSON.parse(run.definition) as { max_execution_time_seconds: number };
  const [started, stopped] = [toldOf(run, 'started'), stopOf(run)];
  return (stopped?.at ?? 0) - (started?.at ?? Infinity) >= max_execution_time_seconds * 1000;
}

/** Blocked for too long, or a question or a grant too old; both stand still while the job is blocked. */
function isTooLate({ run, end, question }: Ended): boolean {
  if (blockedIn(run, [0, end.at]) >= blockedFor) return true;
  if (question === undefined) return false;
  const since = Date.parse(question.granted_at ?? question.opened_at);
  const waited = end.at - since - blockedIn(run, [since, end.at]);
  return waited >= (question.granted_at === null ? deadline : validity);
}

const isJustified: Record<string, (ended: Ended) => boolean> = {
  succeeded: ({ run }) =>
    run.tasks.length > 0 && run.tasks.every(({ state }) => state === 'succeeded') && reasonOfStop(run) === undefined,
  failed: isFailure,
  rolled_back: (ended) => isUndone(ended.run) === true && isFailure(ended),
  cancelled: isAskedFor,
  rejected: ({ question }) => question !== undefined && question.nos > 0,
  expired: isTooLate,
};

/** Also what a deployment is said to have come to is what its job has. */
function wrongWith(look: Look, run: Deployed, question: Question | undefined): string[] {
  return run.told.flatMap((end) => {
    const state = end.data.to ?? '';
    const isMeant = isJustified[state];
    if (isMeant === undefined) return [];
    const name = `deployment ${run.number} of ${run.job_id}`;
    return [
      ...(isMeant({ run, end, look, question }) ? [] : [`${name} is ${state} by ${end.type}, and nothing says why`]),
      ...(end.type === 'learned' && run.outcome !== state
        ? [`${name} came to ${run.outcome}, its job to ${state}`]
        : []),
    ];
  });
}

const questions = `select deployment_id, opened_at, granted_at,
    (select count(*) from ballots where approval_id = approvals.id and decision = 'no') nos
  from approvals order by id`;

export const everyEndIsJustified: Promised = {
  sentence:
    'Every end has its reason: succeeded when all tasks have, cancelled by who asked, rejected by a no, failed by a task or a limit, rolled back when that is undone, expired by its time.',
  atEnd: (look) => {
    const newest = new Map(look.rows<Question>(questions).map((question) => [question.deployment_id, question]));
    return deploymentsIn(look).flatMap((run) => wrongWith(look, run, newest.get(run.id)));
  },
};
