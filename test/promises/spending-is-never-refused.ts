import { holds, holdsIn, type Hold } from './holds.ts';
import type { Look, Promised } from './promised.ts';

/** Micro-dollars, rounded up, of a hold at prices that were told: the least and the most that it may have cost. */
function costOf({ input_tokens, cached_tokens, output_tokens }: Hold, prices: Price[]): [least: number, most: number] {
  const cached = Math.min(cached_tokens, input_tokens);
  const costs = prices.map((price) =>
    Math.ceil((input_tokens - cached) * price.input + cached * price.cached + output_tokens * price.output),
  );
  return [Math.min(...costs), Math.max(...costs)];
}

interface Price {
  input: number;
  cached: number;
  output: number;
}

const nothing: Price = { input: 0, cached: 0, output: 0 };

/** Prices by model; one that was told after the beginning has not always been there, nor surely been heard. */
function pricesIn({ ledger }: Look): (model: string | null) => Price[] {
  const byModel = Map.groupBy(ledger.of('price'), ({ model }) => model);
  return (model) => {
    const told = byModel.get(model ?? '') ?? [];
    return told.length === 1 && told[0]?.at === 0 ? told : [nothing, ...told];
  };
}

interface Booked {
  deployment_id: string;
  spent_micros: number;
  ceiling: number;
  stopped: number;
}

/** What each deployment has spent, and whether more than it had reserved was told as such. */
const booked = `select reservations.deployment_id, spent_micros, cost_ceiling_micros ceiling,
    coalesce(deployments.outcome_reason like '%used more than was reserved%'
      or exists (select 1 from events where stream = deployments.job_id and type = 'stop_requested'
        and data ->> 'deployment' = deployments.number), 0) stopped
  from reservations join deployments on deployments.id = reservations.deployment_id
  left join approvals on approvals.deployment_id = deployments.id and approvals.state = 'consumed'`;

export const spendingIsNeverRefused: Promised = {
  sentence:
    'Spending is never refused after the fact: usage beyond a reservation is recorded as overrun, counts as spent, stops the job.',
  watch: holds,
  atEnd: (look) => {
    const pricesOf = pricesIn(look);
    const deploymentOf = new Map(
      look
        .rows<{ id: string; deployment_id: string }>('select id, deployment_id from tasks')
        .map((row) => [row.id, row.deployment_id]),
    );
    const used = Map.groupBy(holdsIn(look), ({ task_id }) => deploymentOf.get(task_id) ?? '');
    return look.rows<Booked>(booked).flatMap(({ deployment_id, spent_micros, ceiling, stopped }) => {
      const costs = (used.get(deployment_id) ?? []).map((hold) => costOf(hold, pricesOf(hold.model)));
      const [least, most] = [0, 1].map((bound) => costs.reduce((sum, cost) => sum + (cost[bound] ?? 0), 0));
      const isBooked = spent_micros >= (least ?? 0) && spent_micros <= (most ?? 0);
      return [
        ...(isBooked ? [] : [`${deployment_id} has spent ${spent_micros}, and its tasks used ${least} to ${most}`]),
        ...(spent_micros > ceiling && stopped === 0 ? [`${deployment_id} spent too much and nothing says so`] : []),
      ];
    });
  },
};
