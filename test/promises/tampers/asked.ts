/** What was asked, and what runs. */
import { oneJobForOneKey } from '../one-job-for-one-key.ts';
import { whatIsAskedIsWhatRuns } from '../what-is-asked-is-what-runs.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const started = "select 1 from tasks where state = 'succeeded'";
const helped = "select 1 from tasks where undoes is null and depends_on <> '[]' and state = 'succeeded'";
const assigned = 'select 1 from tasks where assigned_by is not null';
const forAnyone = 'select 1 from tasks where agent_id is null and assigned_by is null and holder_id is not null';
const equipped = (kind: string) => `select 1 from taken where kind = '${kind}'`;
const retried = "select 1 from deployments where number = 2 and exists (select 1 from events where type = 'retried')";

const evil = "update deployments set definition = json_set(definition, '$.job_description', 'evil')";
const notGiven = /^deploy_\w+ does not give \w+ what was asked$/;
const one = "(select id from tasks where state = 'succeeded' limit 1)";
const unasked = /^task_\w+ was added to job_\w+, and nobody asked for it$/;
/** A task that waits for others, and another one like it. */
const last = "(select id from tasks where undoes is null and depends_on <> '[]' order by id limit 1)";
const forged = [
  `create temp table forged as select * from tasks where id = ${last}`,
  "update forged set id = 'task_forged', name = 'forged', depends_on = '[\"nobody\"]', state = 'queued'",
  'insert into tasks select * from forged',
  'drop table forged',
];

export const tampersWithWhatIsAsked: Tamper[] = [
  ...tampersWith(oneJobForOneKey, started, {
    'a definition under a key that is not the one sent': [evil, /^job_\w+ is not what was sent$/],
    'a job that was acknowledged and is gone': [
      (ledger) => ledger.of('submission').forEach((line) => (line.job_id = 'job_gone')),
      /^job_gone was acknowledged and is not there$/,
    ],
    'two jobs under one key': [
      (ledger) => {
        const line = ledger.of('submission').find(({ job_id }) => job_id !== null);
        if (line !== undefined) ledger.note('submission', { ...line, job_id: 'job_second' });
      },
      / has more than one job$/,
    ],
    'a job that nobody wanted': [(ledger) => ledger.lines.splice(0), /^0 jobs were asked for and \d+ are there$/],
    'a deployment that nobody wanted': [
      `insert into deployments (id, job_id, number, definition, created_at)
        select id || 'x', job_id, number + 50, definition, created_at from deployments`,
      / deployments, and between \d+ and \d+ were asked for$/,
    ],
  }),
  ...tampersWith(whatIsAskedIsWhatRuns, started, {
    'a definition that nobody sent': [evil, /^deployment 1 of job_\w+ is not what was sent$/],
    'an attempt more than was asked for': [
      `update tasks set max_attempts = max_attempts + 1 where id = ${one}`,
      notGiven,
    ],
    'another priority': [`update tasks set priority = priority + 1 where id = ${one}`, notGiven],
    'more time than the job has': [`update tasks set time_limit_seconds = 100000 where id = ${one}`, notGiven],
    'another input': [`update tasks set input = json_set(input, '$.job_name', 'evil') where id = ${one}`, notGiven],
    'a task for somebody else': [`update tasks set agent_id = 'eve' where id = ${one}`, notGiven],
    'a task too many': [
      [`create temp table forged as select * from tasks where id = ${one}`, ...forged.slice(1)],
      /^deploy_\w+ has \d tasks$/,
    ],
    'tasks of what has not started': [
      "delete from events where type = 'started'",
      /^task_\w+ is of what has not started$/,
    ],
  }),
  ...tampersWith(whatIsAskedIsWhatRuns, helped, {
    'a task that waits for nobody': [`update tasks set depends_on = '[]' where id = ${last}`, notGiven],
    'an output that was not given on': ["update tasks set output = '{}'", notGiven],
    'a task that goes before its time': [
      [
        `update tasks set state = 'waiting', depends_on = '["nobody"]' where id = ${last}`,
        `update tasks set state = 'queued' where id = ${last}`,
      ],
      /^task_\w+ goes before what it waits for$/,
    ],
    'a task that begins before its time': [forged, /^task_forged begins before what it waits for$/],
  }),
  ...tampersWith(whatIsAskedIsWhatRuns, forAnyone, {
    'a task for whoever can do it that another does': [
      "update tasks set holder_id = 'writer' where agent_id is null",
      /^deploy_\w+ does not give count what was asked$/,
    ],
  }),
  ...tampersWith(whatIsAskedIsWhatRuns, assigned, {
    'a task that is given to who cannot do it': [
      "update tasks set agent_id = iif(agent_id is null, null, 'writer'), holder_id = 'writer' where assigned_by is not null",
      unasked,
    ],
    'a task that is assigned otherwise': [
      (ledger) => ledger.of('assignment').forEach(({ asked }) => (asked.parameters = { number: 0 })),
      unasked,
    ],
    'a task that was assigned and is gone': [
      "update tasks set assigned_by = null, undoes = 'x' where assigned_by is not null",
      /^task_\w+ was acknowledged and is not there$/,
    ],
    'a task more than was assigned': [
      (ledger) => ledger.lines.splice(0),
      /^0 tasks were asked for and \d+ were added$/,
    ],
  }),
  ...tampersWith(whatIsAskedIsWhatRuns, equipped('resource'), {
    'a unit more than was asked for': [
      "update taken set amount = amount + 1 where kind = 'resource'",
      /^deploy_\w+ began with other resources than it asked for/,
    ],
  }),
  ...tampersWith(whatIsAskedIsWhatRuns, equipped('tool'), {
    'a tool that was not taken': [
      "delete from taken where kind = 'tool'",
      /^deploy_\w+ began with other tools than it asked for/,
    ],
  }),
  ...tampersWith(whatIsAskedIsWhatRuns, retried, {
    'a retry of something else': [`${evil} where number = 2`, /^deployment 2 of job_\w+ is not what was sent$/],
  }),
];
