/** Whose turn it is, and how much anybody holds. */
import { whatWasNoted } from '../all.ts';
import { noAgentHoldsMoreThanItMay } from '../no-agent-holds-more-than-it-may.ts';
import { aPoisonTaskDelaysNoOther, theMostUrgentAndOldestFirst } from '../the-most-urgent-and-oldest-first.ts';
import { whatIsDueIsMovedOn } from '../what-is-due-is-moved-on.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const several = 'select count(*) from tasks having count(*) > 1';
const tooMany =
  "update tasks set state = 'running', fence = fence + 1, holder_id = 'reader', lease_until = now_plus(60)";

const queue = 'select queue_id from tasks group by queue_id having count(*) > 1';
const two = `select id from tasks where queue_id = (${queue} limit 1) order by id limit 2`;
const first = `(select min(id) from (${two}))`;
const second = `(select max(id) from (${two}))`;
const queued = `update tasks set state = 'queued', queued_at = '2026-01-01T00:00:00.000Z', settled_as = null,
  priority = 5, place = id where id in (${two})`;

/** As if it had been looked at, and then swept. */
const swept = (table: string) => [
  `update ${table} set due_seconds = 1, due_at = now_plus(-5)`,
  `update ${table} set due_seconds = 2`,
];
const asSwept = /_\w+ was swept, and is as due as before$/;

export const tampersWithQueues: Tamper[] = [
  ...tampersWith(noAgentHoldsMoreThanItMay, several, {
    'a task more than it may hold': [tooMany, /^reader holds \d of 1$/],
  }),
  ...tampersWith(whatWasNoted, several, {
    'what was seen at once': [tooMany, /^leases: reader holds \d of 1$/],
  }),
  ...tampersWith(theMostUrgentAndOldestFirst, queue, {
    'a task that is passed over': [
      [queued, `update tasks set state = 'running', fence = fence + 1, claim_id = 'x' where id = ${second}`],
      /^task_\w+ was taken before task_\w+$/,
    ],
    'a less urgent one before it': [
      [
        queued,
        `update tasks set priority = 6 where id = ${first}`,
        `update tasks set state = 'running', fence = fence + 1, claim_id = 'x' where id = ${first}`,
      ],
      /^task_\w+ was taken before task_\w+$/,
    ],
  }),
  ...tampersWith(theMostUrgentAndOldestFirst, queue, {
    'leases that come back in another order': [
      [
        queued,
        `update tasks set state = 'running', fence = fence + 1, holder_id = 'x' where id in (${two})`,
        `update tasks set state = 'queued', place = iif(id = ${first}, 'b', 'a') where id in (${two})`,
      ],
      /^task_\w+ came back before task_\w+$/,
    ],
  }),
  ...tampersWith(aPoisonTaskDelaysNoOther, queue, {
    'a task that stays in front after it failed': [
      [
        queued,
        `update tasks set state = 'running', fence = fence + 1 where id = ${first}`,
        `update tasks set state = 'delayed' where id = ${first}`,
      ],
      /^task_\w+ stands before task_\w+$/,
    ],
  }),
  ...tampersWith(whatIsDueIsMovedOn, 'select 1 from asks', {
    'a job that stays due': [swept('jobs'), asSwept],
    'a question that stays due': [swept('approvals'), asSwept],
    'a voter who stays due': [swept('asks'), asSwept],
  }),
];
