import type { Caller } from '../../../shared/access/caller.ts';
import { getApproval, listApprovals } from '../../../shared/approvals/read.ts';
import { getBudget, listBudgets } from '../../../shared/budgets/set.ts';
import { jobStates } from '../../../shared/jobs/job.ts';
import { getTemplate, listTemplates } from '../../../shared/jobs/templates.ts';
import type { Platform } from '../../../shared/platform/platform.ts';
import { listDeployments } from '../../../shared/road/deployments.ts';
import { asOasf } from '../../../shared/road/oasf.ts';
import { getPlan } from '../../../shared/road/plan-answer.ts';
import { getJob, listJobs } from '../../../shared/road/read.ts';
import { atRest } from '../../../shared/road/rest.ts';
import { validateDefinition } from '../../../shared/road/validate-definition.ts';
import { getTask, listTasks } from '../../../shared/tasks/read.ts';
import { taskStates } from '../../../shared/tasks/task.ts';
import type { Chance } from '../chance.ts';
import type { Actor } from '../life.ts';
import { admin, asAgent, person } from '../town.ts';
import { anyJob, ask } from './asking.ts';
import { anyDefinition, definition } from './definitions.ts';

interface Seen {
  platform: Platform;
  caller: Caller;
  random: Chance;
  job_id: string;
}

const linterFor = (estimated_calls: number) => ({ tool_name: 'linter', estimated_calls });

/** Allowed, and each looks like a mistake. */
const odd = [
  definition({ job_description: 'Do', max_retries: 0 }),
  definition({ supporting_agents: ['writer', 'reader', 'reader'], max_budget_usd: 100_000, model: 'gold' }),
  definition({ max_execution_time_seconds: 1, max_retries: 100, priority: 1, max_tokens: 1 }),
  definition({ required_tools: [{ tool_name: 'linter', estimated_calls: 0 }], max_execution_time_seconds: 604_800 }),
  definition({ max_budget_usd: 0, max_tokens: 1, required_tools: [linterFor(20_000), linterFor(1)] }),
  definition({
    ...{ supporting_agents: ['reader'], fallback: 'single_agent', max_execution_time_seconds: 60 },
    plan: [{ name: 'look', capability: ['sums', 'proofs'], timeout_seconds: 600, retries: 20 }],
  }),
  definition({ environment: 'production', payload: 'x', model: 'nobody knows it' }),
];

const looks: ((seen: Seen) => Promise<unknown>)[] = [
  async ({ platform, job_id }) => asOasf(await getJob(platform, admin, { job_id })),
  ({ platform, caller, job_id }) => getJob(platform, caller, { job_id }),
  ({ platform, caller, job_id }) => getPlan(platform, caller, { job_id }),
  ({ platform, caller, job_id }) => getApproval(platform, caller, { job_id }),
  ({ platform }) => listApprovals(platform, asAgent('hanna'), { limit: 5 }),
  ({ platform, job_id }) => getApproval(platform, asAgent('hanna'), { job_id }),
  ({ platform, caller, job_id }) => listDeployments(platform, caller, { job_id }),
  ({ platform, job_id }) => atRest(platform, job_id, { seconds: 2, signal: new AbortController().signal }),
  ({ platform, caller, random }) =>
    listJobs(platform, caller, { state: random.pick([undefined, ...jobStates]), category: 'data', limit: 10 }),
  ({ platform, caller, random }) =>
    listJobs(platform, caller, { agent: random.pick(['writer', 'lost']), text: 'rep', before: 'job_z', limit: 10 }),
  async ({ platform, caller, random, job_id }) => {
    const filter = { state: random.pick([undefined, ...taskStates]), job_id: random.pick([undefined, job_id]) };
    const [task] = await listTasks(platform, admin, {
      ...filter,
      agent_id: random.pick([undefined, 'writer']),
      limit: 10,
    });
    await listTasks(platform, caller, { before: 'task_z', limit: 10 });
    return getTask(platform, caller, { task_id: task?.task_id ?? 'task_none' });
  },
  ({ platform }) => listBudgets(platform),
  ({ platform, caller, random }) => getBudget(platform, caller, { scope: random.pick(['month', 'week']) }),
  ({ platform }) => listTemplates(platform.db.read),
  ({ platform, random }) => getTemplate(platform.db.read, random.pick(['security_scan', 'monthly', 'none'])),
  ({ platform, caller, random }) => validateDefinition(platform, caller, random.pick(odd)),
  ({ platform, caller, random }) =>
    validateDefinition(platform, caller, anyDefinition(random, { helper: 'reader', name: 'a look ahead' })),
];

/** Somebody who only looks: nothing may change by it, and nothing may break whatever state things are in. */
export const reader: Actor = async (life) => {
  const { random } = life;
  const callers = [admin, person('sam'), person('sue'), asAgent('writer')];
  while (!life.isOver) {
    await life.sleep(life.isCalm ? 60 : random.between(5, 50));
    const { job_id } = anyJob(life) ?? { job_id: 'job_none' };
    for (let looked = 0; looked < 3; looked++) {
      const look = random.pick(looks);
      const caller = random.pick(callers);
      await ask(life, 'read', (platform) => look({ platform, caller, random, job_id }));
    }
  }
};
