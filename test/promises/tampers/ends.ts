/** How jobs end. */
import { anAcknowledgedJobReachesAnEnd } from '../an-acknowledged-job-reaches-an-end.ts';
import { everyEndIsJustified } from '../every-end-is-justified.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const done = "select 1 from tasks where state = 'succeeded'";

/** Deployments whose job has ended so, and was not retried or changed. */
const ended = (
  state: string,
  and = '',
) => `select deployments.id from deployments join jobs on deployment_id = deployments.id
  where jobs.state = '${state}' ${and}`;

const hasFailed = ended(
  'failed',
  `and exists (select 1 from tasks where tasks.deployment_id = deployments.id and tasks.state = 'failed')
   and not exists (select 1 from events where stream = jobs.id and type = 'stop_requested')`,
);
const isStopped = (reason: string) =>
  `and exists (select 1 from events where stream = jobs.id and type = 'stop_requested' and data ->> 'reason' = '${reason}'
     and data ->> 'deployment' = deployments.number)`;
const hasExpired = ended(
  'expired',
  "and exists (select 1 from events where stream = jobs.id and type = 'expired' and data ->> 'from' = 'awaiting_approval')",
);
const later = "'2027-01-01T00:00:00.000Z'";

export const tampersWithEnds: Tamper[] = [
  ...tampersWith(anAcknowledgedJobReachesAnEnd, done, {
    'a job that is stuck': [
      "update jobs set state = 'estimated' where id = (select min(id) from jobs)",
      /^job_\w+ has not come to an end$/,
    ],
    'a task that goes on': ["update tasks set state = 'delayed'", /^task_\w+ goes on though all jobs are over$/],
    'a job that is lost': [
      (ledger) => ledger.of('submission').forEach((line) => (line.job_id = 'job_lost')),
      /^job_lost has not come to an end$/,
    ],
  }),
  ...tampersWith(everyEndIsJustified, ended('succeeded'), {
    'a success with a task that failed': [
      "update tasks set state = 'failed'",
      / is succeeded by .*, and nothing says why$/,
    ],
    'a success without tasks': ['delete from tasks', / is succeeded by .*, and nothing says why$/],
    'an outcome that is not the job’s': [
      "update deployments set outcome = 'failed'",
      / came to failed, its job to succeeded$/,
    ],
  }),
  ...tampersWith(everyEndIsJustified, hasFailed, {
    'a failure of which no task knows': [
      "update tasks set state = 'succeeded' where state = 'failed'",
      / is failed by .*, and nothing says why$/,
    ],
  }),
  ...tampersWith(everyEndIsJustified, ended('failed', isStopped('time_limit')), {
    'a job that was stopped before its time': [
      "update deployments set definition = json_set(definition, '$.max_execution_time_seconds', 100000)",
      / is failed by .*, and nothing says why$/,
    ],
  }),
  ...tampersWith(everyEndIsJustified, ended('cancelled'), {
    'a cancel that nobody asked for': [
      (ledger) => ledger.of('cancel').forEach((line) => (line.job_id = 'job_other')),
      / is cancelled by .*, and nothing says why$/,
    ],
  }),
  ...tampersWith(everyEndIsJustified, ended('rejected'), {
    'a rejection to which nobody said no': [
      "update ballots set decision = 'yes'",
      / is rejected by .*, and nothing says why$/,
    ],
  }),
  ...tampersWith(everyEndIsJustified, hasExpired, {
    'an end before its time': [
      `update approvals set opened_at = ${later}, granted_at = iif(granted_at is null, null, ${later})`,
      / is expired by .*, and nothing says why$/,
    ],
  }),
];
