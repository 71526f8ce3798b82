/** Bugs as they are made: each of one line, and none of them in Muster. */
import type { Plant } from '../around.ts';
import { believing, eventsLate, losingAnswers, namingAnother, rungBefore, splitUp } from './parts.ts';
import { mailBugs } from './mail-bugs.ts';
import { leavingOut, neverAsking, reworded, saying } from './saying.ts';

const task = 'update "tasks" set ';

export const bugs: Record<string, Plant> = {
  'a stage that commits without its fence': leavingOut(
    undefined,
    'update "jobs" set "version"',
    ' and "version" = ? and "fence" = ?',
  ),
  'a task that is completed without its fence': leavingOut('completeTask', task, ' and "fence" = ?'),
  'a task that is completed by whoever knows its fence': leavingOut('completeTask', task, ' and "holder_id" = ?'),
  'progress that is told after the end': leavingOut('reportProgress', task, ` and "state" = 'running'`),
  'leases by the clock of the process': { databaseSeconds: (processSeconds) => processSeconds },
  'four eyes that are two': saying(({ sql }, name) =>
    name === 'validateJob' && sql.startsWith('select * from "principals"')
      ? { query: undefined, rows: () => [{ id: 'stranger', owner_id: null, kind: 'person', roles: ['submitter'] }] }
      : undefined,
  ),
  'an approval that can be used again': neverAsking('executeJob', 'update "approvals"'),
  'a hash that is not of the definition': saying((query) =>
    query.sql.startsWith('insert into "approvals"')
      ? { query: { ...query, parameters: query.parameters.map((value) => (isHash(value) ? 'f'.repeat(64) : value)) } }
      : undefined,
  ),
  'a transaction in pieces': { engine: splitUp },
  'a key that is not looked up': saying(({ sql }) =>
    sql.includes('"idempotency_keys"') ? { query: undefined } : undefined,
  ),
  'no sweep': { sweep: async () => {} },
  'a sweep that does not move on': saying((query) =>
    query.sql.startsWith('update "jobs" set "due_at" = now_plus("due_seconds")')
      ? { query: reworded(query, '"due_at" = now_plus("due_seconds")', '"due_at" = "due_at"') }
      : undefined,
  ),
  'a reservation that does not look at the limit': leavingOut(
    'executeJob',
    'update "budgets"',
    ' and "reserved_micros" + "spent_micros" + ? <= "limit_micros"',
  ),
  'a reservation that is kept': neverAsking('executeJob', 'update "reservations"'),
  'an attempt that only counts when its fault was recorded': leavingOut(
    'claimTasks',
    task,
    ', "attempts" = "attempts" + ?',
  ),
  'an event outside of its transaction': { engine: eventsLate },
  'a bell that is rung before the commit': rungBefore(),
  'resources that are not given back': neverAsking('executeJob', 'update "resources" set "allocated" = "allocated" -'),
  'a claim that takes the newest': saying((query, name) =>
    name === 'claimTasks' && query.sql.includes('"first"."place"')
      ? { query: { ...query, sql: query.sql.replaceAll(/order by ("\w+")\."priority", \1\."place"/g, '$& desc') } }
      : undefined,
  ),
  'a claim that takes more than the agent may hold': leavingOut(undefined, task, ' - count("live"."id")'),
  'a blocked job that expires when it is woken': saying((query, name) =>
    name === 'wakeJobs' && query.sql.startsWith('select * from "jobs"')
      ? { query, rows: (rows) => rows.map((row) => ({ ...row, blocked_seconds: 1_000_000 })) }
      : undefined,
  ),
  'an outcome that is always a success': saying((query, name) =>
    name === 'executeJob' && query.sql.startsWith('update "jobs"')
      ? { query: { ...query, parameters: query.parameters.map((value) => (value === 'failed' ? 'succeeded' : value)) } }
      : undefined,
  ),
  'resources that are not taken': saying(({ sql }, name) =>
    name === 'executeJob' && takesRoom.test(sql) ? { query: undefined, rows: () => [{}] } : undefined,
  ),
  'tools that are used by nobody': neverAsking('executeJob', 'insert into "tool_uses"'),
  'a task that may be tried once more': saying((query, name) =>
    name === 'executeJob' && query.sql.startsWith('insert into "tasks"')
      ? { query: { ...query, sql: query.sql.replaceAll(/\((?:\?, ){11}\?/g, '$& + 1') } }
      : undefined,
  ),
  'a plan whose tasks all begin at once': saying((query, name) =>
    name === 'executeJob' && query.sql.startsWith('insert into "tasks"')
      ? { query: { ...query, parameters: query.parameters.map((value) => (value === 'waiting' ? 'queued' : value)) } }
      : undefined,
  ),
  'a failed run that undoes nothing': saying((query, name) =>
    name === 'executeJob' && query.sql.startsWith('select * from "deployments"')
      ? { query, rows: (rows) => rows.map((row) => ({ ...row, alone_because: 'nobody is there' })) }
      : undefined,
  ),
  'an undoing that begins all at once': saying((query, name) =>
    name === 'executeJob' && query.sql.startsWith('insert into "tasks"') && query.parameters.includes('undo:flight')
      ? { query: { ...query, parameters: query.parameters.map((value) => (value === 'waiting' ? 'queued' : value)) } }
      : undefined,
  ),
  'a retry of something else': saying((query, name) =>
    name === 'retryJob' && query.sql.startsWith('insert into "deployments"')
      ? { query: { ...query, parameters: query.parameters.map(withoutRetries) } }
      : undefined,
  ),
  'a model that is the agent’s, whatever it reports': saying((query) =>
    query.sql.includes('coalesce(?, agents.model)')
      ? { query: { ...query, parameters: query.parameters.map((value) => (isModel(value) ? null : value)) } }
      : undefined,
  ),
  'tokens that nobody has reported': saying((query, name) =>
    name === 'executeJob' && query.sql.startsWith('select * from "tasks"')
      ? { query, rows: (rows) => rows.map((row) => ({ ...row, earlier_tokens: 5000 })) }
      : undefined,
  ),
  'a limit that is twice what was put': saying((query) =>
    query.sql.startsWith('update "budgets" set "version"')
      ? { query: { ...query, sql: query.sql.replace('"limit_micros" = ?', '"limit_micros" = 2 * ?') } }
      : undefined,
  ),
  'a grant that never grows old': saying((query, name) =>
    name === 'executeJob' && query.sql.startsWith('select') && query.sql.includes('"valid_seconds"')
      ? { query, rows: (rows) => rows.map((row) => ({ ...row, valid_seconds: 1_000_000 })) }
      : undefined,
  ),
  'a heartbeat that revives what has ended': leavingOut(
    'heartbeat',
    'update "tasks" set "lease_until"',
    ' and "lease_until" > now_plus(?)',
  ),
  'a poison job that is tried for ever': saying((query, name) =>
    name === 'keepFault' && query.sql.startsWith('select * from "jobs"')
      ? { query, rows: (rows) => rows.map((row) => ({ ...row, attempts: 0 })) }
      : undefined,
  ),
  'a poison job that holds up those that are to be learned from': neverAsking('countLearning', 'update "jobs"'),
  'a job that is given up at its first fault': saying((query, name) =>
    name === 'keepFault' && query.sql.startsWith('select * from "jobs"')
      ? { query, rows: (rows) => rows.map((row) => ({ ...row, attempts: 10 })) }
      : undefined,
  ),
  'a retry that names the submitter': { engine: namingAnother('retried', { actor: 'sam', table: 'jobs' }) },
  'a vote that names another head': { engine: namingAnother('ballot_cast', { actor: 'hella', table: 'approvals' }) },
  'a principal that is disabled without a word': saying((query, name) => {
    if (name !== 'deletePrincipal') return undefined;
    if (query.sql.startsWith('insert into "events"')) return { query: undefined };
    if (!query.sql.startsWith('update "principals" set "version"')) return undefined;
    return { query: reworded(query, '"version" = ?, "head_hash" = ?, ', '') };
  }),
  'an isolation that leaves to an agent what it holds': saying((query, name) =>
    name === 'isolateAgent' && query.sql.startsWith('update "tasks"') ? { query: undefined } : undefined,
  ),
  'an answer that is lost though nothing is wrong any more': { engine: losingAnswers },
  'a task for who has a say in its job': saying((query, name) =>
    name === 'assignTask' && query.sql.includes('from "approvals"')
      ? { query, rows: (rows) => rows.map((row) => ({ ...row, electorate: { voters: [] } })) }
      : undefined,
  ),
  'a queue that serves who cannot do it': saying((query, name) =>
    name === 'executeJob' && query.sql.startsWith('select "agent_id", "capability" from "agent_capabilities"')
      ? { query, rows: ([row]) => [{ ...row, agent_id: 'writer' }] }
      : undefined,
  ),
  'a task that is assigned, and its job is not told': saying((query, name) =>
    name === 'assignTask' && query.sql.startsWith('update "jobs"') ? { query: undefined, rows: () => [{}] } : undefined,
  ),
  'a key that is looked up in what was read before': {
    engine: believing('submitJob', 'idempotency_keys'),
  },
  'a vote that is counted by what was read before': { engine: believing('castBallot', 'ballots') },
  ...mailBugs,
};

const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isModel = (value: unknown): boolean => value === 'gold' || value === 'silver';
const takesRoom = /^insert into "allocations"|^update "resources" set "allocated" = "allocated" \+/;
const withoutRetries = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'max_retries' in value ? { ...value, max_retries: 0 } : value;
