import { holds, holdsIn, reportsByHold, type Hold, type Report } from './holds.ts';
import { note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

const counts = ['input_tokens', 'cached_tokens', 'output_tokens'] as const;
const written = [...counts, 'output', 'progress', 'model', 'cost_micros'];
const differs = written.map((column) => `new.${column} is not old.${column}`).join(' or ');

export const aLostHolderWritesNothing: Promised = {
  sentence: 'A holder whose claim was taken over, withdrawn or ended can write nothing.',
  watch: [
    notes,
    ...holds,
    `create trigger watch_late_writes after update on tasks
     when old.state <> 'running' and new.state <> 'running' and (${differs})
     begin ${note('holders', "new.id || ' was ' || old.state || ' when it was written to'")} end`,
    `create trigger watch_ended_tasks after update on tasks
     when old.ended_at is not null and (new.state <> old.state or new.fence <> old.fence or new.attempts <> old.attempts)
     begin ${note('holders', "new.id || ' had ended and went on'")} end`,
  ],
  atEnd: (look) => {
    const reportsOf = reportsByHold(look);
    const told = holdsIn(look).flatMap((hold) => wrongWith(hold, reportsOf(hold)));
    return [...noted(look, 'holders'), ...told];
  },
};

/** How each report settles a task that it is heard for. */
const settles: Record<Report['report'], readonly string[]> = {
  complete: ['succeeded', 'cancelled'],
  fail: ['delayed', 'failed', 'cancelled'],
  release: ['queued', 'cancelled'],
  progress: [],
};

function wrongWith(hold: Hold, reports: Report[]): string[] {
  const name = `${hold.task_id} in the hand ${hold.fence} of ${hold.holder_id}`;
  const own = reports.filter(({ agent }) => agent === hold.holder_id);
  const foreign = reports.filter(({ agent, heard }) => agent !== hold.holder_id && heard === 'done');
  return [
    ...foreign.map(({ agent, report }) => `${name}: the ${report} of ${agent} was taken`),
    ...own.flatMap((line) => misTold(hold, line).map((words) => `${name}: ${words}`)),
    ...(hold.ended_as === null ? [] : miscounted(hold, own).map((words) => `${name}: ${words}`)),
  ];
}

/** A report that was accepted is how the hold ended, and what it was told is what became of the task. */
function misTold({ ended_as }: Hold, { report, heard, state }: Report): string[] {
  if (heard !== 'done' || report === 'progress') return [];
  if (ended_as === null || !settles[report].includes(ended_as))
    return [`its ${report} was taken, and it ended ${ended_as}`];
  return state === null || state === ended_as ? [] : [`it was told ${state}, and it ended ${ended_as}`];
}

/**
 * What is kept of its usage is the largest of what its holder told: at least what it was heard for while it held the
 * task, which it surely did at its first try to settle it and not any more at a second.
 */
function miscounted(hold: Hold, own: Report[]): string[] {
  const first = own.find(({ report }) => report !== 'progress');
  const surely = own.filter((line) => line.heard === 'done' && (line.report === 'progress' || line === first));
  const most = (lines: Report[], count: (typeof counts)[number]) =>
    lines.reduce((largest, { usage }) => Math.max(largest, usage?.[count] ?? 0), 0);
  return counts
    .filter((count) => hold[count] < most(surely, count) || hold[count] > most(own, count))
    .map((count) => `it keeps ${hold[count]} ${count}, and was told otherwise`);
}
