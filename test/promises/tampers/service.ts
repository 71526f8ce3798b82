/** Who does what: who is named for it, who may work, and who is given up. */
import { admin } from '../../simulation/town.ts';
import { anEventNamesWhoDidIt } from '../an-event-names-who-did-it.ts';
import { anIsolatedAgentHoldsNothing } from '../an-isolated-agent-holds-nothing.ts';
import { aRecoveryGoesStepByStep } from '../a-recovery-goes-step-by-step.ts';
import { eachTransitionHasExactlyOneEvent } from '../each-transition-has-exactly-one-event.ts';
import { onlyPoisonIsGivenUp } from '../only-poison-is-given-up.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const done = "select 1 from tasks where state = 'succeeded'";
const told = (type: string) => `select 1 from events where type = '${type}' and at > '2026-02-28'`;
const by = (actor: string, type: string) => `update events set actor = '${actor}' where type = '${type}'`;
const stranger = (type: string, actor: string) => new RegExp(` was ${type} by ${actor}, who has not asked for it$`);

/** Somebody else is named for what this type tells. */
const named = (type: string, actor: string): Tamper[] =>
  tampersWith(anEventNamesWhoDidIt, told(type), {
    [`a ${type} by another`]: [by(actor, type), stranger(type, actor)],
  });

const silently = /which is not told$/;
const event = (type: string, stream: string) =>
  `insert into events select null, ${stream}, 1000, '${type}', at, '${admin.id}', null, '{}', '' from events limit 1`;

export const tampersWithService: Tamper[] = [
  ...named('submitted', 'muster'),
  ...named('ballot_cast', 'eve'),
  ...named('cancelled', 'sue'),
  ...named('retried', 'sue'),
  ...named('budget_set', 'sam'),
  ...named('started', 'sam'),
  ...named('retired', 'writer'),
  ...tampersWith(eachTransitionHasExactlyOneEvent, done, {
    'a limit that is raised without a word': ['update budgets set limit_micros = limit_micros + 1', silently],
    'somebody who is disabled without a word': ['update principals set disabled_at = created_at', silently],
    'a tool that changes without a word': ['update tools set rate_limit = 99', silently],
    'a template that changes without a word': ["update templates set definition = '{}'", silently],
    'room that is added without a word': ['update resources set capacity = capacity + 1', silently],
    'a budget that is opened without a word': [
      "insert into budgets values ('month', '2031-01', 1, '', 1, 0, 0)",
      /^budget:month:2031-01 has no event 1$/,
    ],
    'a resource that is gone': ['delete from resources', /^a row of resources is gone$/],
  }),
  ...tampersWith(anIsolatedAgentHoldsNothing, done, {
    'an agent that is isolated with what it holds': [
      [
        `update tasks set state = 'running', fence = fence + 1, holder_id = 'writer' where id = (select id from tasks limit 1)`,
        event('isolated', "'agent:writer'"),
      ],
      /^task_\w+ is left with agent:writer$/,
    ],
    'a task for who drains': [
      [
        "update agents set state = 'draining' where id = 'writer'",
        `update tasks set state = 'running', holder_id = 'writer', fence = fence + 1 where id = (select id from tasks limit 1)`,
      ],
      /^task_\w+ is given to writer, which is draining$/,
    ],
  }),
  ...tampersWith(aRecoveryGoesStepByStep, done, {
    'an agent that comes back though it was not away': [
      event('recovered', "'agent:writer'"),
      /^writer is recovered when it is \w+$/,
    ],
    'people who are told of an agent that was not looked at': [
      event('escalated', "'agent:writer'"),
      /^writer is escalated when it is \w+$/,
    ],
    'an agent that is isolated and keeps its work': [
      event('isolated', "'agent:checker'"),
      /^checker is told to be taken and is active$/,
    ],
    'an agent that is taken out of service without a word': [
      "update agents set state = 'isolated' where id = 'checker'",
      /^checker is told to be active and is isolated$/,
    ],
  }),
  ...tampersWith(onlyPoisonIsGivenUp, done, {
    'a job that is given up at once': [
      ["update jobs set state = 'estimated', attempts = 3", "update jobs set state = 'failed'"],
      /^job_\w+ was given up after 3 tries$/,
    ],
    'a job that is given up though it is like any other': [
      `insert into action_items (id, code, subject, detail, created_at)
        select id, 'stage_keeps_failing', id, '', created_at from jobs`,
      /^job_\w+ is told of as stage_keeps_failing, and it is like any other$/,
    ],
  }),
];
