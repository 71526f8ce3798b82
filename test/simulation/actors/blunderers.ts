import { putBudget } from '../../../shared/budgets/set.ts';
import type { Platform } from '../../../shared/platform/platform.ts';
import { cancelJob } from '../../../shared/road/cancel.ts';
import { changeDefinition, retryJob } from '../../../shared/road/redeploy.ts';
import { submitFromTemplate } from '../../../shared/road/submit-from-template.ts';
import { submitJob } from '../../../shared/road/submit.ts';
import { claimTasks } from '../../../shared/tasks/claim.ts';
import { completeTask } from '../../../shared/tasks/complete.ts';
import { failTask } from '../../../shared/tasks/fail.ts';
import { heartbeat } from '../../../shared/tasks/heartbeat.ts';
import { registerAgent } from '../../../shared/tasks/register-agent.ts';
import { putTemplate } from '../../../shared/jobs/templates.ts';
import { validateDefinition } from '../../../shared/road/validate-definition.ts';
import type { Actor } from '../life.ts';
import { admin, asAgent, person } from '../town.ts';
import { anyJob, ask } from './asking.ts';
import { definition } from './definitions.ts';
import { unfitPlans } from './plans.ts';

const sam = person('sam');
const paula = person('paula');
const writer = asAgent('writer');
const unknownUnit = definition({ required_resources: [{ resource_type: 'compute', amount: 1, unit: 'bushels' }] });
const nowhere = definition({ sensitive: ['input.nowhere'] });
const nowhereDeeper = definition({ input: { token: ['a secret'] }, sensitive: ['input.token.of'] });
const foreignSecret = definition({ input: { token: { $sealed: 'sec_of_another' } }, sensitive: ['input.token'] });
const secretInPlan = definition({
  plan: [{ name: 'look', agent: 'writer', input: { token: { $sealed: 'sec_of_another' } } }],
});
const report = { task_id: 'task_none', fence: 1 };

/** Each must be refused, whatever else goes on. */
const blunders: ((platform: Platform, job_id: string) => Promise<unknown>)[] = [
  ...[unknownUnit, nowhere, nowhereDeeper, foreignSecret, secretInPlan].map(
    (asked) => (platform: Platform) => submitJob(platform, sam, { definition: asked }),
  ),
  (platform) => submitFromTemplate(platform, sam, { name: 'no such thing', overrides: {} }),
  (platform) => submitFromTemplate(platform, sam, { name: 'monthly', overrides: { priority: 99 } }),
  ...unfitPlans.map(
    (plan) => (platform: Platform) => submitFromTemplate(platform, sam, { name: 'monthly', overrides: { plan } }),
  ),
  (platform) => validateDefinition(platform, sam, unknownUnit),
  (platform) => putTemplate(platform, admin, { name: 'monthly', definition: definition(), if_match: '"99"' }),
  (platform) => putTemplate(platform, admin, { name: 'leaky', definition: withSecret }),
  (platform, job_id) => cancelJob(platform, paula, { job_id }),
  (platform, job_id) => cancelJob(platform, admin, { job_id, if_match: '"0"' }),
  (platform, job_id) => retryJob(platform, person('sue'), { job_id: `${job_id}x` }),
  (platform, job_id) => changeDefinition(platform, admin, { job_id, if_match: '"1"', definition: definition() }),
  (platform, job_id) => changeDefinition(platform, sam, { job_id, definition: definition() }),
  (platform) => putBudget(platform, admin, { scope: 'week', limit_usd: 1 }),
  (platform) => putBudget(platform, admin, { scope: 'month', limit_usd: 1, if_match: '"0"' }),
  (platform) => claimTasks(platform, writer, { agent_id: 'reader', max: 1, wait_seconds: 0 }),
  (platform) => claimTasks(platform, asAgent('ghost'), { agent_id: 'ghost', max: 1, wait_seconds: 0 }),
  (platform) => heartbeat(platform, writer, { agent_id: 'reader', fences: [] }),
  (platform) => heartbeat(platform, asAgent('ghost'), { agent_id: 'ghost', fences: [] }),
  (platform) => registerAgent(platform, writer, { agent_id: 'writer', max_concurrent_tasks: 99 }),
  (platform) => registerAgent(platform, writer, { agent_id: 'reader', model: 'gold' }),
  (platform) => completeTask(platform, writer, { ...report, output: {} }),
  (platform) => failTask(platform, writer, { ...report, error: 'it broke', retryable: true }),
];

const withSecret = definition({ input: { token: 'a secret' }, sensitive: ['input.token'] });

/** Asks for what cannot be, and fails the life where it is given. */
export const blunderer: Actor = async (life) => {
  while (!life.isOver && !life.isCalm) {
    await life.sleep(life.random.between(10, 60));
    const job_id = anyJob(life)?.job_id ?? 'job_none';
    const blunder = life.random.pick(blunders);
    const given = await ask(life, 'blunder', (platform) => blunder(platform, job_id).then(() => true));
    if (given === true) throw new Error(`this was not refused: ${String(blunder)}`);
  }
};
