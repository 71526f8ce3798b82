import { holds, holdsIn, reportsByHold } from './holds.ts';
import type { Look, Promised } from './promised.ts';

const mostOf = ({ rows }: Look) =>
  new Map(
    rows<{ id: string; most: number }>('select id, max_attempts most from tasks').map(({ id, most }) => [id, most]),
  );

/** Holds of each task that its holder did not give back untried, nor may have. */
function tooMany(look: Look): string[] {
  const reportsOf = reportsByHold(look);
  const tried = holdsIn(look).filter((hold) => reportsOf(hold).every(({ report }) => report !== 'release'));
  const most = mostOf(look);
  return [...Map.groupBy(tried, ({ task_id }) => task_id)]
    .filter(([task_id, { length }]) => length > (most.get(task_id) ?? 0))
    .map(([task_id, { length }]) => `${task_id} was tried ${length} times`);
}

export const anAttemptCountsFromItsClaim: Promised = {
  sentence: 'The attempt is counted at the claim, so a crash, a kill or a hang counts too.',
  watch: holds,
  atEnd: tooMany,
};
