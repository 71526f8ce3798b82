/** What is recorded, and by whom. */
import type { Ledger, Line } from '../../simulation/ledger.ts';
import { aLostHolderWritesNothing } from '../a-lost-holder-writes-nothing.ts';
import { anAttemptCountsFromItsClaim } from '../an-attempt-counts-from-its-claim.ts';
import { aRecordedEffectHappensOnce } from '../a-recorded-effect-happens-once.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const done = "select 1 from tasks where state = 'succeeded'";
const used = "select 1 from holds where ended_as = 'succeeded' and output_tokens > 0";
const one = "(select id from tasks where state = 'succeeded' limit 1)";
const again = ["update jobs set state = 'failed'", "update jobs set state = 'executing'"];

/** Of reports that were heard to have completed a task. */
const completions = (retell: (line: Line<'report'>) => unknown) => (ledger: Ledger) =>
  ledger
    .of('report')
    .filter(({ report, heard }) => report === 'complete' && heard === 'done')
    .forEach(retell);

export const tampersWithEffects: Tamper[] = [
  ...tampersWith(aRecordedEffectHappensOnce, done, {
    'an output that nobody gave': [
      `update tasks set output = '{"forged":1}' where id = ${one}`,
      /^task_\w+ has an output that its holder has not given$/,
    ],
    'a second completion': [
      `insert into holds select task_id, fence + 100, holder_id, ended_as, model, input_tokens, cached_tokens, output_tokens,
        output from holds where ended_as = 'succeeded'`,
      /^task_\w+ was completed more than once$/,
    ],
    'an end that is not told': [
      `update tasks set name = 'forged' where id = ${one}`,
      /^the end of job_\w+ \d forged is not told$/,
    ],
    'an end that has not been': [
      `update tasks set name = 'forged' where id = ${one}`,
      / is told, and it has not ended$/,
    ],
    'an end that is told twice': [
      `insert into events select null, stream, number + 100, type, at, actor, trace, data, hash from events
        where type in ('tasks_ended', 'run_ended')`,
      / is told twice$/,
    ],
    'a task that was learned from twice': ['update agent_records set completed = completed + 1', / were learned from$/],
    'a second start': [[...again, ...again], /^deploy_\w+ was executing more than once$/],
  }),
  ...tampersWith(aLostHolderWritesNothing, done, {
    'an output after the end': [
      `update tasks set output = '{"forged":1}' where id = ${one}`,
      / was succeeded when it was written to$/,
    ],
    'an attempt after the end': [
      `update tasks set attempts = attempts + 1 where id = ${one}`,
      / had ended and went on$/,
    ],
  }),
  ...tampersWith(aLostHolderWritesNothing, used, {
    'usage that was not told': [
      (ledger) => ledger.of('report').forEach((line) => (line.usage = null)),
      / and was told otherwise$/,
    ],
    'an answer that was not true': [
      completions((line) => (line.state = 'queued')),
      / it was told queued, and it ended succeeded$/,
    ],
    'a report that was taken for another': [
      completions((line) => (line.report = 'fail')),
      / its fail was taken, and it ended succeeded$/,
    ],
    'a report of somebody else': [completions((line) => (line.agent = 'eve')), / the complete of eve was taken$/],
  }),
  ...tampersWith(anAttemptCountsFromItsClaim, "select 1 from holds where ended_as = 'delayed'", {
    'an attempt too many': ['update tasks set max_attempts = 0', /^task_\w+ was tried \d times$/],
  }),
];
