import { note, noted, notes } from './noted.ts';
import type { Look, Promised } from './promised.ts';

/** Tries of a stage before its job fails. */
const tries = 10;

/** What is left undone is told of by another promise. */
const items = "select code, subject from action_items where code <> 'compensation_failed'";

/**
 * Jobs that an operator is told of, though no stage has met more than it can bear. Where all else went wrong so often that
 * it may have cost one job all of its tries, nobody can tell.
 */
function unpoisoned({ rows, ledger }: Look): string[] {
  if (ledger.of('trouble').reduce((sum, line) => sum + line.tries, 0) >= tries) return [];
  const poison = new Set(ledger.of('poison').map(({ job_id }) => job_id));
  return rows<{ code: string; subject: string }>(items)
    .filter(({ subject }) => !poison.has(subject))
    .map(({ code, subject }) => `${subject} is told of as ${code}, and it is like any other`);
}

export const onlyPoisonIsGivenUp: Promised = {
  sentence: 'A job fails for a stage that throws each time, after so many tries; it takes no other with it.',
  watch: [
    notes,
    `create trigger watch_given_up after update on jobs
     when new.state = 'failed' and old.state in ('submitted', 'estimated', 'awaiting_approval') and old.attempts < ${tries - 1}
     begin ${note('given up', "new.id || ' was given up after ' || old.attempts || ' tries'")} end`,
  ],
  atEnd: (look) => [...noted(look, 'given up'), ...unpoisoned(look)],
};
