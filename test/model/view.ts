/** What can be seen of a road, in lines: of the model, and of Muster by what its tables say. */
import { CompiledQuery } from 'kysely';
import type { Job, Road, Task } from './model.ts';
import type { Muster } from './muster.ts';

type Cell = string | number | null;

const line = (...words: (Cell | undefined)[]): string =>
  words.map((word) => (word === undefined || word === null || word === '' ? '-' : word)).join(' ');

export const nameOf = ({ job, agent }: Task): string => `${job.id}/${job.deployment}/${agent}`;

export function seenInModel({ jobs, tasks }: Road): string[] {
  const months = Map.groupBy(jobs, ({ month }) => month);
  return [
    ...lastOf(jobs).map(jobLine),
    ...jobs.filter(({ question }) => question !== 'unasked').map(questionLine),
    ...tasks.map(taskLine),
    ...[...months].map(([month, of]) => line('month', month, sum(of, 'reserved'), sum(of, 'spent'))).filter(isUsed),
  ];
}

/** How each job looks, with what it has of ended tasks. */
export const looksOf = ({ jobs, tasks }: Road): string[] =>
  lastOf(jobs).map((job) => {
    const ended = tasks.filter((task) => task.job === job && ['succeeded', 'failed', 'cancelled'].includes(task.state));
    return `${jobLine(job)}, tasks ended: ${ended.length}`;
  });

/** A job is its last deployment. */
export const lastOf = (jobs: Job[]): Job[] => [...new Map(jobs.map((job) => [job.id, job])).values()];

/** Why a job is blocked, by what it waits for. */
const reasons: Record<string, string> = {
  ...{ price: 'unpriced', tool: 'not_ready', agent: 'not_ready' },
  ...{ category: 'no_eligible_voters', budget: 'budget_exhausted' },
};

function jobLine({ id, state, deployment, waitsFor, stop }: Job): string {
  const why = waitsFor === '' ? [state, '', ''] : ['blocked', reasons[waitsFor.split(':')[0] ?? ''], waitsFor];
  return line('job', id, deployment, ...why, stop);
}

function questionLine({ id, deployment, definition, question, deadline, ballots }: Job): string {
  const said = [...ballots].map(([voter, says]) => `${voter}:${says}`).toSorted();
  return line('question', id, deployment, definition.name, question, deadline, said.join(' '));
}

/** Who holds it, and until when, is told while it runs. */
function taskLine(task: Task): string {
  const { state, job, agent, fence, attempts, leaseUntil, cost, costBefore } = task;
  const lease = state === 'running' ? [leaseUntil, agent, job.stop] : [];
  return line('task', nameOf(task), state, fence, attempts, costBefore, cost - costBefore, ...lease);
}

const sum = (jobs: Job[], what: 'reserved' | 'spent') => jobs.reduce((total, job) => total + job[what], 0);

/** A month of which nothing is used may not be there yet. */
const isUsed = (month: string): boolean => !month.endsWith(' 0 0');

const statements = {
  jobs: `select id, deployment_number, state, case state when 'blocked' then blocked_code end as code,
    case state when 'blocked' then waits_for end as waits, stop_reason, version from jobs`,
  questions: `select a.job_id, d.number, definition_sha256, state, deadline_at,
    (select group_concat(voter_id || ':' || decision, ' ' order by voter_id) from ballots where approval_id = a.id) as said
    from approvals a join deployments d on d.id = a.deployment_id`,
  tasks: `select t.id, t.job_id, d.number, t.agent_id, t.state, t.fence, attempts, earlier_budget_micros, cost_micros,
    lease_until, holder_id, stop_reason from tasks t join deployments d on d.id = t.deployment_id`,
  months: 'select period, reserved_micros, spent_micros from budgets',
};

/** Learns the ids of tasks, what ballots must name and what changes must match. */
export async function seenInMuster(muster: Muster, { jobs }: Road): Promise<string[]> {
  const read = async (statement: string) => {
    const rows = await muster.town.platform.db.read.run<Record<string, Cell | Date>>(CompiledQuery.raw(statement));
    return rows.map((row) => Object.values(row).map((cell) => (cell instanceof Date ? secondOf(cell) : cell)));
  };
  const numberOf = (id: Cell | undefined) => muster.jobs.indexOf(id as string);
  const definitionOf = (id: number, deployment: Cell | undefined) =>
    jobs.find((job) => job.id === id && job.deployment === deployment)?.definition.name ?? '';
  return [
    ...(await read(statements.jobs)).map(([id, ...rest]) => {
      muster.versions[numberOf(id)] = rest.pop() as number;
      return line('job', numberOf(id), ...rest);
    }),
    ...(await read(statements.questions)).map(([id, number, hash, ...rest]) =>
      line(
        'question',
        numberOf(id),
        number,
        learn(muster, hash as string, definitionOf(numberOf(id), number)),
        ...rest,
      ),
    ),
    ...(await read(statements.tasks)).map(([id, job, number, agent, ...rest]) => {
      const name = `${numberOf(job)}/${number}/${agent}`;
      muster.ids.set(name, id as string);
      muster.names.set(id as string, name);
      const lease = rest.splice(-3);
      return line('task', name, ...rest, ...(lease[0] === null ? [] : lease));
    }),
    ...(await read(statements.months)).map((row) => line('month', ...row)).filter(isUsed),
  ];
}

const secondOf = (time: Date) => Math.floor(time.getTime() / 1000);

/** Questions of one definition have one hash, and others another: where it is not so it is told. */
function learn({ hashes }: Muster, hash: string, definition: string): string {
  const known = hashes.get(definition);
  if (known === hash) return definition;
  if (known !== undefined || [...hashes.values()].includes(hash)) return `by a hash that is not that of ${definition}`;
  hashes.set(definition, hash);
  return definition;
}
