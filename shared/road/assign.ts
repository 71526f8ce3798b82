/** assignTask: a supervisor adds a task to a job that is executing, or has it done as a job of its own. */
import type { Caller } from '../access/caller.ts';
import { firstResult, once } from '../access/idempotency.ts';
import { findAgent } from '../agents/store.ts';
import { JobDefinition } from '../jobs/definition.ts';
import { findJob } from '../jobs/store/rows.ts';
import { refuseSealed, sealedIn } from '../jobs/sensitive.ts';
import { refuse } from '../outcomes.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import { priorities, type AssignedAnswer, type AssignInput } from '../tasks/assignment.ts';
import { findTask } from '../tasks/store.ts';
import { addTask, choiceOf, type Choice } from './add-task.ts';
import { currentDefinition } from './current.ts';
import { create, sealNew } from './submit.ts';

export interface Assignment extends AssignInput {
  idempotency_key?: string | undefined;
}

/**
 * Under the approval and the reservation of the job. The same Idempotency-Key gives the same task again. Refuses
 * `not_found` to who is no agent of the job, `conflict` and `job_ended` where it begins nothing more,
 * `no_capable_agent`, `invalid`, and `idempotency_key_reused`.
 */
export async function assignTask(
  platform: Platform,
  caller: Caller,
  { idempotency_key: key, ...asked }: Assignment,
): Promise<AssignedAnswer> {
  refuseSealed(sealedIn(asked.parameters, 'parameters'));
  const request = { caller: caller.id, operation: 'assignTask', key, body: asked } as const;
  const id =
    (await firstResult(platform.db.read, request)) ??
    (asked.job_id === undefined
      ? await submitAlone(platform, caller, { asked, request })
      : await platform.db.transaction('assignTask', async (tx) => {
          const add = () => addTask(tx, caller, { ...asked, job_id: asked.job_id ?? '' });
          return (await once(tx, { ...request, create: add })).id;
        }));
  return assigned(platform.db.read, id);
}

interface Alone {
  asked: AssignInput;
  request: Parameters<typeof firstResult>[1];
}

/** It takes the whole road: estimate, readiness, votes. */
async function submitAlone(platform: Platform, caller: Caller, { asked, request }: Alone): Promise<string> {
  const choice = await choiceOf(platform.db.read, asked, [caller.id]);
  const category = asked.category ?? (await findAgent(platform.db.read, { id: caller.id }))?.categories[0];
  if (category === undefined) refuse('invalid', { errors: [{ pointer: '/category', message: needed }] });
  const sealed = await sealNew(platform, jobOfOne(caller, { ...asked, category }, choice));
  return platform.db.transaction('assignTask', async (tx) => {
    return (await once(tx, { ...request, create: () => create(tx, caller, sealed) })).id;
  });
}

const needed = 'say of which category the job is, or name a job_id: the supervisor has none of its own';

/** The supervisor stands for whoever claims it first. */
function jobOfOne(
  caller: Caller,
  asked: AssignInput & { category: string },
  { agent_id, because }: Choice,
): JobDefinition {
  const { type, description, parameters, required_capabilities: capability, timeout_seconds, retries } = asked;
  const by = agent_id === null ? { capability } : { agent: agent_id };
  return JobDefinition.parse({
    job_name: type,
    job_description: description,
    category: asked.category,
    primary_agent: agent_id ?? caller.id,
    priority: priorities[asked.priority ?? 'normal'],
    input: { type, ...parameters },
    plan: [{ name: type, ...by, timeout_seconds, retries }],
    metadata: { assigned_by: caller.id, assigned_because: because },
  });
}

async function assigned(reads: Reads, id: string): Promise<AssignedAnswer> {
  if (id.startsWith('job_')) return assignedJob(reads, id);
  const task = (await findTask(reads, { id })) ?? refuse('not_found');
  const { job_id, name, agent_id, priority, state } = task;
  return { job_id, task_id: id, name, agent_id, priority, state, explanation: task.assigned_because ?? '' };
}

async function assignedJob(reads: Reads, id: string): Promise<AssignedAnswer> {
  const job = (await findJob(reads, { id })) ?? refuse('not_found');
  const definition = await currentDefinition(reads, job);
  const [step] = definition.plan ?? [];
  const because = definition.metadata?.['assigned_because'];
  const explanation = typeof because === 'string' ? because : '';
  const of = { name: step?.name ?? job.job_name, agent_id: step?.agent ?? null };
  return { job_id: id, task_id: null, ...of, priority: job.priority, state: job.state, explanation };
}
