/** What must be true of a folder when all has come to rest, whenever the process before died. */
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { recordInFile } from '../../local/record-file.ts';
import { checkRecord } from '../../shared/insights/check-record.ts';
import { ends } from '../promises/ends.ts';
import { promises } from '../promises/all.ts';
import type { Look } from '../promises/promised.ts';
import type { Call } from './acts.ts';
import { ledgerOf, type Given } from './ledger.ts';
import { usage, type Held, type Verb } from './verbs.ts';

/** A statement that finds what is broken. */
const broken: Record<string, string> = {
  'a job is at no end': `select id, state, due_at, blocked_code, blocked_detail from jobs where due_at is not null or state not in (${ends})`,
  'a job failed though nobody failed':
    "select id, state, outcome_reason from jobs where state not in ('succeeded', 'cancelled')",
  'a task goes on': "select id, state from tasks where state not in ('succeeded', 'cancelled')",
  'a question goes on': "select id, state from approvals where state in ('open', 'granted') or due_at is not null",
  'a voter is still to be asked': "select id, state, due_at from asks where state <> 'done' or due_at is not null",
  'money is still reserved': 'select scope, reserved_micros from budgets where reserved_micros <> 0',
  'a reservation is left': 'select deployment_id, reserved_micros from reservations where reserved_micros <> 0',
  'a resource is still held': 'select name, allocated from resources where allocated <> 0',
  'an allocation is left': 'select * from allocations',
  'an agent has not come back': `select agent_id from recoveries union all select id from agents where state = 'isolated'
    and exists (select 1 from events where stream = 'agent:' || id and type = 'isolated' and actor = 'muster')`,
  'something was given up': 'select code, subject, detail from action_items',
  'a deployment was approved twice': `select deployment_id from approvals where state = 'consumed'
    group by deployment_id having count(*) > 1`,
  'a deployment went a part of its road twice': `select stream, type, count(*) n from events join jobs on jobs.id = stream
    where type in ('approved', 'started', 'run_ended', 'learned') group by stream, type having n > max(deployment_number)`,
  'a deployment was not learned from once': `select jobs.id from jobs where state = 'succeeded' and
    (select count(*) from events where stream = jobs.id and type = 'run_ended') <>
    (select count(*) from events where stream = jobs.id and type = 'learned')`,
};

/** What is counted two ways and must come to the same; tasks end as `succeeded` and report the same usage. */
const price = usage.input_tokens * 100 + usage.output_tokens * 200;
const equal: Record<string, [string, string]> = {
  'what was spent': [
    'select coalesce(sum(spent_micros), 0) n from budgets',
    `select count(*) * ${price} n from tasks where state = 'succeeded'`,
  ],
  "the agents' records": [
    'select coalesce(sum(completed), 0) n from agent_records',
    "select count(*) n from tasks where state = 'succeeded'",
  ],
};

type Rows = (sql: string, ...parameters: (string | number | null)[]) => Record<string, unknown>[];

/** Gives what is wrong, a line each. */
export async function judge(folder: string, calls: readonly Call[], given: readonly Given[]): Promise<string[]> {
  const database = new DatabaseSync(join(folder, 'muster.db'), { readOnly: true });
  const known = new Map<string, StatementSync>();
  const statementOf = (sql: string): StatementSync => {
    const statement = known.get(sql) ?? database.prepare(sql);
    known.set(sql, statement);
    return statement;
  };
  const rows: Rows = (sql, ...parameters) => statementOf(sql).all(...parameters);
  const complaints = [...filesIn(rows), ...rowsIn(rows), ...keysIn(rows, calls), ...answersIn(rows, calls)];
  const look = { rows, ledger: ledgerOf(calls, given) } as Look; // rows are what a statement selects
  complaints.push(...promises.flatMap((promised) => promised.atEnd(look)));
  database.close();
  const { bad } = await checkRecord(await recordInFile(folder));
  return bad === null ? complaints : [...complaints, `the record is not whole: ${JSON.stringify(bad)}`];
}

function filesIn(rows: Rows): string[] {
  const said = rows('pragma integrity_check').map((row) => Object.values(row).join());
  const strays = rows('pragma foreign_key_check').map((row) => JSON.stringify(row));
  return [...said.filter((line) => line !== 'ok'), ...strays];
}

const rowsIn = (rows: Rows): string[] => [
  ...Object.entries(broken).flatMap(([what, sql]) => rows(sql).map((row) => `${what}: ${JSON.stringify(row)}`)),
  ...Object.entries(equal).flatMap(([what, [one, other]]) => {
    const [[a], [b]] = [rows(one), rows(other)];
    return a?.['n'] === b?.['n'] ? [] : [`${what}: ${String(a?.['n'])}, not ${String(b?.['n'])}`];
  }),
];

const of = <Input>(calls: readonly Call[], ...verbs: Verb[]) =>
  calls.filter(({ verb }) => verbs.includes(verb)) as (Omit<Call, 'input'> & { input: Input })[];

/** Each key has made one thing, however often it was sent. */
function keysIn(rows: Rows, calls: readonly Call[]): string[] {
  const made = (sql: string): number => Number(rows(sql)[0]?.['n']);
  const keysOf = (...verbs: Verb[]) => new Set(of<{ key: string }>(calls, ...verbs).map(({ input }) => input.key)).size;
  const asked = keysOf('submitJob') + keysOf('submitFromTemplate');
  const sent = keysOf('sendMessages');
  const [jobs, messages] = [
    made('select count(*) n from jobs'),
    made("select count(*) n from messages where from_id = 'writer'"),
  ];
  return [
    ...(jobs === asked ? [] : [`${asked} jobs were submitted, and ${jobs} are there`]),
    ...(messages === sent ? [] : [`${sent} messages were sent, and ${messages} are there`]),
  ];
}

/** What was answered has happened. */
function answersIn(rows: Rows, calls: readonly Call[]): string[] {
  const answered = calls.filter(({ heard }) => heard === 'done');
  const lost = [
    ...of(answered, 'submitJob', 'submitFromTemplate').filter(
      ({ answer }) => rows('select id from jobs where id = ?', String(answer)).length === 0,
    ),
    ...of<{ voter: string; definition_sha256: string; job_id: string }>(answered, 'castBallot').filter(
      ({ input: { voter, job_id } }) =>
        rows(
          'select b.id from ballots b join approvals a on a.id = approval_id where voter_id = ? and job_id = ?',
          voter,
          job_id,
        ).length === 0,
    ),
    ...of<{ task_id: string; agent: string }>(answered, 'completeTask').filter(
      ({ input: { task_id, agent } }) =>
        rows(
          "select id from tasks where id = ? and state = 'succeeded' and output = ?",
          task_id,
          JSON.stringify({ by: agent }),
        ).length === 0,
    ),
    ...of(answered, 'claimTasks').filter(({ answer }) =>
      (answer as { tasks: Held[] }).tasks.some(
        ({ task_id, fence }) => rows('select id from tasks where id = ? and fence >= ?', task_id, fence).length === 0,
      ),
    ),
  ];
  return lost.map(({ verb, input }) => `${verb} was answered and is lost: ${JSON.stringify(input)}`);
}
