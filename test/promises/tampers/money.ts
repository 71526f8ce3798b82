/** What is reserved and spent, and what else a job holds. */
import { neverReservedBeyondALimit } from '../never-reserved-beyond-a-limit.ts';
import { noResourceBeyondItsCapacity } from '../no-resource-beyond-its-capacity.ts';
import { spendingIsNeverRefused } from '../spending-is-never-refused.ts';
import { whatAJobHeldIsFreeAtItsEnd } from '../what-a-job-held-is-free-at-its-end.ts';
import { whatIsSpentIsWhatWasReported } from '../what-is-spent-is-what-was-reported.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const spent = 'select 1 from reservations where spent_micros > 0';
/** At a price that was the same all the time: to the micro-dollar. */
const spentAtOnePrice = `${spent} and not exists (select 1 from holds join tasks on tasks.id = holds.task_id
  where tasks.deployment_id = reservations.deployment_id and holds.model is not 'gold')`;
const overrun = `select 1 from reservations join approvals using (deployment_id)
  where approvals.state = 'consumed' and spent_micros > cost_ceiling_micros`;
const started = "(select deployment_id from approvals where state = 'consumed' limit 1)";
const used = "select 1 from holds where ended_as = 'succeeded' and output_tokens > 0";
const stoppedForMoney = `${overrun} and exists (select 1 from events
  where type = 'stop_requested' and data ->> 'reason' = 'budget')`;
const needed = `select 1 from deployments where json_array_length(definition, '$.required_resources') > 0
  and exists (select 1 from tasks where tasks.deployment_id = deployments.id)`;
const deployment = '(select deployment_id from jobs limit 1)';

export const tampersWithMoney: Tamper[] = [
  ...tampersWith(neverReservedBeyondALimit, spent, {
    'a cent too much': [
      [
        'update budgets set limit_micros = reserved_micros + spent_micros',
        'update budgets set reserved_micros = reserved_micros + 10000',
      ],
      /^month has \d+ and gave \d+/,
    ],
    'a reservation that the budget does not know': [
      'update reservations set reserved_micros = 1',
      /^month of \S+ and its reservations do not agree$/,
    ],
    'another amount than the approved one': [
      [
        `delete from reservations where deployment_id = ${started}`,
        `insert into reservations values (${started}, 'month', '2026-03', 123456789, 0)`,
      ],
      / reserved something else than its ceiling$/,
    ],
  }),
  ...tampersWith(spendingIsNeverRefused, spentAtOnePrice, {
    'a micro-dollar too much': ['update reservations set spent_micros = spent_micros + 1', / and its tasks used /],
  }),
  ...tampersWith(spendingIsNeverRefused, overrun, {
    'an overrun of which nothing tells': [
      ["update deployments set outcome_reason = 'fine'", "delete from events where type = 'stop_requested'"],
      / spent too much and nothing says so$/,
    ],
  }),
  ...tampersWith(whatIsSpentIsWhatWasReported, used, {
    'a model that nobody has reported': [
      "update holds set model = 'lead'",
      / was worked on by lead, and reported were/,
    ],
    'tokens that nobody has reported': [
      'update holds set output_tokens = 123',
      / has 123 output_tokens, which nobody has reported$/,
    ],
    'another sum of tokens': [
      "update deployments set actual = json_set(actual, '$.total_tokens', 123)",
      / has used 123 tokens, and \d+ were reported$/,
    ],
    'a limit that nobody has put': [
      'update budgets set limit_micros = 123000000',
      /^month of \S+ has a limit of 123 that nobody put$/,
    ],
    'a limit that is told and was not put': [
      "update events set data = json_set(data, '$.limit_usd', 123) where type = 'budget_set'",
      /^budget:\S+ at \d+ has a limit of 123 that nobody put$/,
    ],
  }),
  ...tampersWith(whatIsSpentIsWhatWasReported, stoppedForMoney, {
    'a stop for money that was there': [
      [
        "update approvals set cost_ceiling_micros = 1000000000 where state = 'consumed'",
        "update deployments set definition = json_remove(definition, '$.max_tokens')",
      ],
      / was stopped for money that it had$/,
    ],
  }),
  ...tampersWith(noResourceBeyondItsCapacity, needed, {
    'a unit too much': ['update resources set allocated = capacity + 1', /^bench has \d+ and gave \d+$/],
    'a unit that nobody holds': ['update resources set allocated = 1', /^bench counts 1 and has given 0$/],
  }),
  ...tampersWith(whatAJobHeldIsFreeAtItsEnd, spent, {
    'a resource that nobody gave back': [
      'update resources set allocated = 1',
      /^something of bench is taken by nobody$/,
    ],
    'an allocation that is kept': [
      `insert into allocations values (${deployment}, 'bench', 1)`,
      / is over and still has allocations$/,
    ],
    'a tool that is kept': [
      `insert into tool_uses values (${deployment}, 'linter', 1, '2026-03-01T00:00:00.000Z')`,
      / is over and still has tool_uses$/,
    ],
    'a reservation that is kept': [
      'update reservations set reserved_micros = 1',
      / is over and still has reservations$/,
    ],
  }),
];
