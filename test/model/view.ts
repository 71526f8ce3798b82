/** What can be seen of a road, in lines: of the model, and of Muster by what its tables say. */
import { CompiledQuery } from 'kysely';
import type { Road, Task } from './data.ts';
import { ringName, type Muster } from './muster.ts';
import { inTurn } from './queue.ts';

type Cell = string | number | null;

const line = (...words: (Cell | undefined)[]): string => words.map((word) => word ?? '-').join(' ');

/** Tasks of an agent are in the order in which it may have them; a lease's end is told while it runs. */
export function seenInModel({ jobs, questions, tasks, budgets, bells }: Road): string[] {
  return [
    ...jobs.map((job) => line('job', job.id, job.state, job.version, job.deployment, job.reason, ...why(job))),
    ...questions.map(({ job, deployment, state, ballots, deadline, validFor }) => {
      const said = Object.entries(ballots).map(([voter, says]) => `${voter}:${says}`);
      return line('question', job, deployment, state, deadline, validFor, said.toSorted().join(' '));
    }),
    ...tasks.toSorted((a, b) => (a.agent < b.agent ? -1 : a.agent > b.agent ? 1 : inTurn(a, b))).map(taskLine),
    ...budgets.map(({ period, limit, reserved, spent }) => line('budget', period, limit, reserved, spent)),
    ...bells.map((bell) => line('bell', bell)).toSorted(),
  ];
}

const why = ({ waitsFor, stop, outcome }: Road['jobs'][number]) => [waitsFor, stop, outcome];

function taskLine(task: Task): string {
  const { name, state, fence, attempts, holder, due, stop, cost, settledAs } = task;
  return line('task', name, state, fence, attempts, holder, state === 'running' ? due : null, stop, cost, settledAs);
}

const statements = {
  jobs: 'select id, state, version, deployment_number, blocked_code, waits_for, stop_reason, outcome from jobs order by id',
  questions: `select a.job_id, d.number, state, definition_sha256, deadline_at, valid_seconds * 1000 as valid,
    (select group_concat(voter_id || ':' || decision, ' ' order by voter_id) from ballots where approval_id = a.id) as said
    from approvals a join deployments d on d.id = a.deployment_id order by opened_at`,
  tasks: `select t.id, t.job_id, d.number, t.agent_id, t.state, t.fence, attempts, holder_id, lease_until, stop_reason,
    cost_micros, settled_as from tasks t join deployments d on d.id = t.deployment_id
    order by agent_id, priority, place, t.id`,
  budgets: 'select period, limit_micros, reserved_micros, spent_micros from budgets order by period',
};

/** In the order of the model's lines; learns the ids of tasks and what ballots must name. */
export async function seenInMuster(muster: Muster, { questions }: Road): Promise<string[]> {
  const { town, jobs } = muster;
  const read = async (statement: string) => {
    const rows = await town.platform.db.read.run<Record<string, Cell | Date>>(CompiledQuery.raw(statement));
    return rows.map((row) => Object.values(row).map((cell) => (cell instanceof Date ? cell.getTime() : cell)));
  };
  const numberOf = (id: Cell | undefined) => jobs.indexOf(id as string);
  return [
    ...(await read(statements.jobs)).map(([id, ...rest]) => line('job', numberOf(id), ...rest)),
    ...(await read(statements.questions)).map(([id, number, state, hash, deadline, valid, said], at) => {
      const definition = learnHash(muster, hash as string, questions[at]?.definition.name ?? '');
      return line('question', numberOf(id), number, state, deadline, valid, said ?? '') + definition;
    }),
    ...(await read(statements.tasks)).map(([id, job, number, agent, ...rest]) => {
      const name = `${numberOf(job)}/${number}/${agent}`;
      muster.ids.set(name, id as string);
      muster.names.set(id as string, name);
      return line('task', name, ...rest);
    }),
    ...(await read(statements.budgets)).map((row) => line('budget', ...row)),
    ...town.world.rung.map((ring) => line('bell', ringName(muster, ring))).toSorted(),
  ];
}

/** Questions of one definition have one hash, and others another: where it is not so it is told. */
function learnHash({ hashes }: Muster, hash: string, definition: string): string {
  const known = hashes.get(definition);
  if (known === hash) return '';
  if (known !== undefined || [...hashes.values()].includes(hash)) return ` by a hash that is not that of ${definition}`;
  hashes.set(definition, hash);
  return '';
}
