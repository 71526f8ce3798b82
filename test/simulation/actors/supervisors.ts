/** A supervisor: gives tasks to a job while it runs, and has others done as jobs of their own. */
import type { Caller } from '../../../shared/access/caller.ts';
import { JobDefinition } from '../../../shared/jobs/definition.ts';
import { assignTask } from '../../../shared/road/assign.ts';
import { AssignInput, priorities } from '../../../shared/tasks/assignment.ts';
import { heartbeat } from '../../../shared/tasks/heartbeat.ts';
import { registerAgent } from '../../../shared/tasks/register-agent.ts';
import type { Actor, Life } from '../life.ts';
import { admin, asAgent } from '../town.ts';
import { ask, askOn, askUntilHeard } from './asking.ts';
import { project } from './plans.ts';
import { sendUntilHeard } from './submitters.ts';

const id = 'boss';
const boss: Caller = { ...asAgent(id), roles: ['supervisor'], owner_id: 'ops' };
const said = { role: 'supervisor' as const, owner_id: 'ops', categories: ['data'], max_concurrent_tasks: 1 };

/** Tells who can do what, has a project submitted of which it is, and adds to it; it calls in for as long as anything goes on. */
export const supervisor =
  (helper: string): Actor =>
  async (life) => {
    life.ledger.note('agent', { id, ...said }).heard = 'done';
    await askUntilHeard(life, 'registerAgent', (platform) => registerAgent(platform, admin, { agent_id: id, ...said }));
    await teach(life, helper, ['sums', 'proofs']);
    await teach(life, 'heidi', ['sums']);
    await sendUntilHeard(life, { by: 'sue', key: 'a project of sue', definition: project(life.random, helper) });
    if (life.random.chance(0.4)) await assignAlone(life, helper);
    for (let number = 1; !life.isOver; number++) {
      if (number % 5 === 1) await beat(life);
      await life.sleep(life.isCalm ? 20 : life.random.between(5, 20));
      if (isWorth(life)) await assign(life, number);
    }
  };

const beat = (life: Life): Promise<unknown> =>
  ask(life, 'heartbeat', (platform) => heartbeat(platform, boss, { agent_id: id, fences: [] }));

async function teach(life: Life, agent_id: string, capabilities: string[]): Promise<void> {
  for (const capability of capabilities) life.ledger.note('skill', { id: agent_id, capability });
  await askUntilHeard(life, 'registerAgent', (platform) => registerAgent(platform, admin, { agent_id, capabilities }));
}

/** Whether its project runs; now and then it does not know. */
const isWorth = (life: Life): boolean =>
  !life.isCalm &&
  (life.random.chance(0.03) ||
    life.glimpse("select 1 from jobs where submitter_id = 'sue' and job_name = 'project' and state = 'executing'"));

/** A task more for the project, under one key until it is heard. */
async function assign(life: Life, number: number): Promise<void> {
  const { random, ledger } = life;
  const job_id = ledger.of('submission').find(({ definition }) => definition.job_name === 'project')?.job_id ?? '';
  const asked = AssignInput.parse({
    ...{ job_id, type: random.pick(['count', 'look']), description: 'Count it once more', parameters: { number } },
    ...{ required_capabilities: ['sums'], assignment: random.pick(['best_agent', 'first_to_claim']) },
    ...random.pick([{}, { priority: 'critical' }, { retries: 0, timeout_seconds: 100 }]),
  });
  const key = `task ${number} of ${id}`;
  for (let tries = 0; tries < 5; tries++) {
    const line = ledger.note('assignment', { by: id, key, job_id, asked, task_id: null });
    const assigning = { ...asked, idempotency_key: key };
    const answer = await askOn(life, line, (platform) => assignTask(platform, boss, assigning));
    line.task_id = answer?.task_id ?? null;
    if (line.heard !== 'unheard') return;
    await life.sleep(random.between(1, 30));
  }
}

/** A job of one task: for the only one who can do it, or for whoever claims it. */
async function assignAlone(life: Life, helper: string): Promise<void> {
  const assignment = life.random.pick(['best_agent', 'first_to_claim'] as const);
  const asked = AssignInput.parse({
    ...{ type: 'prove', description: 'Prove what was counted', parameters: { of: 'it' }, priority: 'high', retries: 1 },
    ...{ required_capabilities: ['proofs'], assignment },
  });
  const key = `proof of ${id}`;
  const line = life.ledger.note('submission', { by: id, key, definition: jobOf(asked, helper), job_id: null });
  const assigning = { ...asked, idempotency_key: key };
  const answer = await askOn(life, line, (platform) => assignTask(platform, boss, assigning));
  line.job_id = answer?.job_id ?? null;
}

/** What such a job is; why its agent was chosen is Muster's to say. */
function jobOf({ type, description, parameters, assignment, retries }: AssignInput, helper: string): JobDefinition {
  const isAnyone = assignment === 'first_to_claim';
  return JobDefinition.parse({
    ...{ job_name: type, job_description: description, category: 'data', priority: priorities.high },
    ...{ primary_agent: isAnyone ? id : helper, input: { type, ...parameters } },
    plan: [{ name: type, ...(isAnyone ? { capability: ['proofs'] } : { agent: helper }), retries }],
    metadata: { assigned_by: id, assigned_because: '' },
  });
}
