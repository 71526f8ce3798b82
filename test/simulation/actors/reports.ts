/** What the holder of a task writes. */
import type { Caller } from '../../../shared/access/caller.ts';
import type { Platform } from '../../../shared/platform/platform.ts';
import { completeTask } from '../../../shared/tasks/complete.ts';
import { failTask } from '../../../shared/tasks/fail.ts';
import type { ClaimedTask } from '../../../shared/tasks/lease.ts';
import { reportProgress } from '../../../shared/tasks/progress.ts';
import { releaseTask } from '../../../shared/tasks/release.ts';
import type { SettledAnswer } from '../../../shared/tasks/report.ts';
import type { Line, Used } from '../ledger.ts';
import type { Life } from '../life.ts';
import { asAgent } from '../town.ts';
import { askOn } from './asking.ts';

export type Settling = 'complete' | 'fail' | 'release';

export interface Report {
  agent: string;
  task: Pick<ClaimedTask, 'task_id' | 'fence'>;
  usage: Used;
  /** No further attempt would help. */
  isFinal?: boolean;
  /** The claim that follows in the same call. */
  prefetch?: string | undefined;
}

const lineOf = (life: Life, report: Settling | 'progress', { agent, task, usage }: Report): Line<'report'> => {
  const { task_id, fence } = task;
  const output = report === 'complete' ? { by: agent, fence, tokens: usage.output_tokens } : null;
  return life.ledger.note('report', { agent, task_id, fence, report, output, usage, state: null });
};

const verbs = {
  complete: (platform: Platform, caller: Caller, { line, prefetch }: Sent) =>
    completeTask(platform, caller, {
      ...line,
      output: line.output as { by: string }, // as lineOf has made it
      prefetch: prefetch === undefined ? undefined : { max: 1, claim_id: prefetch },
    }),
  fail: (platform: Platform, caller: Caller, { line, isFinal = false }: Sent) =>
    failTask(platform, caller, { ...line, error: 'it broke', retryable: !isFinal }),
  release: (platform: Platform, caller: Caller, { line }: Sent) => releaseTask(platform, caller, line),
} satisfies Record<Settling, (platform: Platform, caller: Caller, sent: Sent) => Promise<SettledAnswer>>;

interface Sent extends Pick<Report, 'isFinal' | 'prefetch'> {
  line: Pick<Line<'report'>, 'task_id' | 'fence' | 'output'> & { usage: Used };
}

/** Tells how far it is, what it has used, or both. */
export async function tell(life: Life, report: Report): Promise<void> {
  const { task, usage } = report;
  const line = lineOf(life, 'progress', report);
  const says = life.random.pick(['all', 'all', 'usage', 'progress'] as const);
  if (says === 'progress') line.usage = null;
  const said = {
    ...task,
    ...(says === 'usage' ? {} : { progress: 0.5, note: 'half of it' }),
    ...(says === 'progress' ? {} : { usage }),
  };
  await askOn(life, line, (platform) => reportProgress(platform, asAgent(report.agent), said));
}

/** Settles it once, and gives what was heard and what was claimed with it. */
export async function settleOnce(life: Life, how: Settling, report: Report) {
  const { agent, usage, isFinal, prefetch } = report;
  const line = lineOf(life, how, report);
  const next = prefetch === undefined ? undefined : life.ledger.note('claim', { agent, claim_id: prefetch, tasks: [] });
  const { task_id, fence, output } = line;
  const sent: Sent = { line: { task_id, fence, output, usage }, ...(isFinal === true && { isFinal }), prefetch };
  const answer = await askOn(life, line, (platform) => verbs[how](platform, asAgent(agent), sent));
  line.state = answer?.state ?? null;
  const tasks = answer?.tasks ?? [];
  if (next !== undefined) Object.assign(next, { heard: line.heard, tasks });
  return { heard: line.heard, tasks };
}

/** The same until it is heard or refused, some times. Gives what was claimed with it. */
export async function settle(life: Life, how: Settling, report: Report): Promise<ClaimedTask[]> {
  for (let tries = 0; tries < 8 && !life.isOver; tries++) {
    const { heard, tasks } = await settleOnce(life, how, report);
    if (heard !== 'unheard') return tasks;
    await life.sleep(life.random.between(1, 20));
  }
  return [];
}
