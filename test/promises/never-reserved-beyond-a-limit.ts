import { found, note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

/** What a budget counts is what its deployments have reserved and spent, to the micro-dollar. */
const miscounted = `select scope || ' of ' || period || ' and its reservations do not agree' words from budgets
  where (reserved_micros, spent_micros) <>
    (select coalesce(sum(reserved_micros), 0), coalesce(sum(spent_micros), 0) from reservations
     where reservations.scope = budgets.scope and reservations.period = budgets.period)`;

const ceiling = `(select cost_ceiling_micros from approvals
  where approvals.deployment_id = new.deployment_id and state = 'consumed')`;

export const neverReservedBeyondALimit: Promised = {
  sentence: 'At the moment of every reservation, reserved + spent ≤ limit in every scope.',
  watch: [
    notes,
    `create trigger watch_budgets after update on budgets
     when new.reserved_micros > old.reserved_micros and new.reserved_micros + new.spent_micros > new.limit_micros
     begin ${note('budgets', "new.scope || ' has ' || new.limit_micros || ' and gave ' || new.reserved_micros || ' beside ' || new.spent_micros")} end`,
    `create trigger watch_reservations after insert on reservations when new.reserved_micros is not ${ceiling}
     begin ${note('budgets', "new.deployment_id || ' reserved something else than its ceiling'")} end`,
  ],
  now: miscounted,
  atEnd: (look) => [...noted(look, 'budgets'), ...found(look, miscounted)],
};
