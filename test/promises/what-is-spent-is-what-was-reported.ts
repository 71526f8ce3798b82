import { holds, holdsIn, reportsByHold, type Hold, type Report } from './holds.ts';
import type { Look, Promised } from './promised.ts';
import { deploymentsIn, toldOf, type Deployed } from './told.ts';

type Counted = 'input_tokens' | 'cached_tokens' | 'output_tokens';
const counted: readonly Counted[] = ['input_tokens', 'cached_tokens', 'output_tokens'];

/** A report of progress is only taken while the task is held; of other ends a repeated answer may be heard. */
const isTaken = ({ report, heard }: Report): boolean => report === 'progress' && heard === 'done';

/** What an end kept of its usage: something that its holder has reported, and no less than what was surely taken. */
function wrongHold({ ledger }: Look, hold: Hold, reports: Report[]): string[] {
  const own = reports.filter(({ agent, usage }) => agent === hold.holder_id && usage !== null);
  const isCounted = hold.ended_as === 'succeeded' || own.some(isTaken);
  const registered = ledger.of('agent').find(({ id }) => id === hold.holder_id)?.model ?? null;
  const models = own.map(({ usage }) => usage?.model ?? registered);
  const isModel = models.includes(hold.model) || (!isCounted && hold.model === null);
  const wrong = counted.filter((count) => {
    const said = own.map(({ usage }) => usage?.[count] ?? 0);
    const least = Math.max(0, ...own.filter(isTaken).map(({ usage }) => usage?.[count] ?? 0));
    return hold[count] < least || !(said.includes(hold[count]) || (!isCounted && hold[count] === 0));
  });
  const name = `${hold.task_id} under fence ${hold.fence}`;
  return [
    ...(isModel ? [] : [`${name} was worked on by ${hold.model}, and reported were ${models.join(', ')}`]),
    ...wrong.map((count) => `${name} has ${hold[count]} ${count}, which nobody has reported`),
  ];
}

interface Booked {
  deployment_id: string;
  /** Null: it has not come to an outcome. */
  tokens: number | null;
  isOverspent: 0 | 1;
}

const booked = `select deployments.id deployment_id, actual ->> 'total_tokens' tokens,
    coalesce(spent_micros > cost_ceiling_micros, 0) isOverspent
  from deployments join reservations on reservations.deployment_id = deployments.id
  join approvals on approvals.deployment_id = deployments.id and approvals.state = 'consumed'`;

/** What a run has used is the sum of what was held of it, and only who has used too much is stopped for it. */
function wrongRun(run: Deployed, { tokens, isOverspent }: Booked, held: Hold[]): string[] {
  const used = held.reduce((sum, { input_tokens, output_tokens }) => sum + input_tokens + output_tokens, 0);
  const { max_tokens = Infinity } = JSON.parse(run.definition) as { max_tokens?: number };
  const isStopped = toldOf(run, 'stop_requested')?.data.reason === 'budget';
  return [
    ...(tokens === null || tokens === used ? [] : [`${run.id} has used ${tokens} tokens, and ${used} were reported`]),
    ...(isStopped && isOverspent === 0 && used <= max_tokens ? [`${run.id} was stopped for money that it had`] : []),
  ];
}

/** Limits that nobody has put, on a budget or in what is told of it. */
function wrongLimits({ rows, ledger }: Look): string[] {
  const put = new Set(ledger.of('budget').map(({ limit_usd }) => limit_usd));
  const limits = rows<{ name: string; usd: number }>(
    `select scope || ' of ' || period name, limit_micros / 1000000.0 usd from budgets
     union all select stream || ' at ' || number, data ->> 'limit_usd' from events where type = 'budget_set'`,
  );
  return limits
    .filter(({ usd }) => !put.has(usd))
    .map(({ name, usd }) => `${name} has a limit of ${usd} that nobody put`);
}

export const whatIsSpentIsWhatWasReported: Promised = {
  sentence:
    'What is spent is what was reported: tokens and models as their holders told them, stops for money only where it is spent, limits as they were put.',
  watch: holds,
  atEnd: (look) => {
    const ended = holdsIn(look).filter(({ ended_as }) => ended_as !== null);
    const reportsOf = reportsByHold(look);
    const byTask = Map.groupBy(ended, ({ task_id }) => task_id);
    const runs = new Map(deploymentsIn(look).map((run) => [run.id, run]));
    const wrongRuns = look.rows<Booked>(booked).flatMap((row) => {
      const run = runs.get(row.deployment_id);
      return run === undefined
        ? []
        : wrongRun(
            run,
            row,
            run.tasks.flatMap(({ id }) => byTask.get(id) ?? []),
          );
    });
    return [...ended.flatMap((hold) => wrongHold(look, hold, reportsOf(hold))), ...wrongRuns, ...wrongLimits(look)];
  },
};
