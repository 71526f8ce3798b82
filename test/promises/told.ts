/** Deployments, each with what the record tells of it and the tasks it had, for those who ask how it went. */
import { onceFor } from './once-for.ts';
import type { Look } from './promised.ts';

export interface Told {
  type: string;
  /** Milliseconds since 1970. */
  at: number;
  actor: string;
  data: { to?: string; deployment?: number; reason?: string };
}

export interface Deployed {
  id: string;
  job_id: string;
  number: number;
  submitter_id: string;
  /** JSON, as it is stored. */
  definition: string;
  alone_because: string | null;
  outcome: string | null;
  /** Of its job while it was the present one, the oldest first; a change or a retry that follows it is its last. */
  told: Told[];
  tasks: TaskOf[];
}

export interface TaskOf {
  id: string;
  deployment_id: string;
  name: string;
  /** Null: whoever can do it. */
  agent_id: string | null;
  holder_id: string | null;
  state: string;
  priority: number;
  depends_on: string;
  input: string;
  output: string | null;
  max_attempts: number;
  time_limit_seconds: number;
  queued_at: string | null;
  ended_at: string | null;
  /** The step that it undoes. */
  undoes: string | null;
  /** Who added it to the plan. */
  assigned_by: string | null;
}

const deployments = `select deployments.id, job_id, number, submitter_id, definition, alone_because, deployments.outcome
  from deployments join jobs on jobs.id = job_id order by job_id, number`;

const events = `select stream, type, at, actor, data from events
  where stream in (select id from jobs) order by stream, number`;

const tasks = `select id, deployment_id, name, agent_id, holder_id, state, priority, depends_on, input, output, max_attempts,
    time_limit_seconds, queued_at, ended_at, undoes, assigned_by from tasks order by id`;

/** Read once for all who look at the same end. */
export const deploymentsIn = onceFor(({ rows }: Look): Deployed[] => {
  const told = Map.groupBy(
    rows<{ stream: string; type: string; at: string; actor: string; data: string }>(events).map(
      ({ stream, type, at, actor, data }) => {
        const parsed = JSON.parse(data) as Told['data'];
        return { of: `${stream} ${parsed.deployment ?? 1}`, type, at: Date.parse(at), actor, data: parsed };
      },
    ),
    ({ of }) => of,
  );
  const tasksOf = Map.groupBy(rows<TaskOf>(tasks), ({ deployment_id }) => deployment_id);
  return rows<Omit<Deployed, 'told' | 'tasks'>>(deployments).map((row) => ({
    ...row,
    told: told.get(`${row.job_id} ${row.number}`) ?? [],
    tasks: tasksOf.get(row.id) ?? [],
  }));
});

/** Tasks of the run itself, those among them that its plan does not have, and those that undo it. */
export const stepsOf = ({ tasks: all }: Deployed): TaskOf[] => all.filter(({ undoes }) => undoes === null);
export const addedTo = (run: Deployed): TaskOf[] => stepsOf(run).filter(({ assigned_by }) => assigned_by !== null);
export const undosOf = ({ tasks: all }: Deployed): TaskOf[] => all.filter(({ undoes }) => undoes !== null);

export const toldOf = ({ told }: Deployed, type: string): Told | undefined => told.find((event) => event.type === type);
