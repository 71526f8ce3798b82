/** Setting and reading budgets. */
import { nextEvent, record } from '../events/record.ts';
import { checkMatch } from '../access/if-match.ts';
import type { Caller } from '../access/caller.ts';
import { loseRace, refuse } from '../outcomes.ts';
import { databaseTime } from '../platform/database/time.ts';
import { microsOf } from '../platform/money.ts';
import type { Platform } from '../platform/platform.ts';
import { budgetAnswer } from './budget.ts';
import { monthScope, openPeriod, periodAt } from './reserve.ts';
import { listBudgetRows, lockBudget, updateLimit } from './store.ts';

/** Sets this month's limit; what is reserved or spent already stands. Wakes who waits for room. */
export async function putBudget(
  platform: Platform,
  caller: Caller,
  input: { scope: string; limit_usd: number; if_match?: string | undefined },
) {
  if (input.scope !== monthScope)
    refuse('not_found', { detail: `There is no budget "${input.scope}"; there is "${monthScope}".` });
  return platform.db.transaction('putBudget', async (tx) => {
    const key = { scope: input.scope, period: periodAt(tx.at) };
    const row = (await lockBudget(tx, key)) ?? (await openPeriod(tx, key.scope, key.period));
    checkMatch(input.if_match, row.version);
    const limit_micros = microsOf(input.limit_usd);
    const event = nextEvent(
      tx,
      { stream: `budget:${key.scope}:${key.period}`, ...row },
      { type: 'budget_set', actor: caller.id, data: { limit_usd: input.limit_usd } },
    );
    const hit = await updateLimit(tx, {
      ...key,
      version: event.number,
      head_hash: event.hash,
      limit_micros,
      was_version: row.version,
    });
    if (hit.length === 0) loseRace();
    record(tx, event);
    tx.ring('wake', `budget:${key.scope}`);
    return budgetAnswer({ ...row, limit_micros, version: event.number });
  });
}

/** The budgets of the present month. */
export async function listBudgets({ db }: Platform) {
  const rows = await listBudgetRows(db.read, { period: periodAt(await databaseTime(db.read)) });
  return rows.map(budgetAnswer);
}

/** One budget of the present month, opened if it has not been used yet. */
export async function getBudget(platform: Platform, _caller: Caller, { scope }: { scope: string }) {
  const found = (await listBudgets(platform)).find((budget) => budget.scope === scope);
  if (found !== undefined) return found;
  if (scope !== monthScope) refuse('not_found');
  return platform.db.transaction('openBudget', async (tx) =>
    budgetAnswer(await openPeriod(tx, scope, periodAt(tx.at))),
  );
}
