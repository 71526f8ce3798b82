/** Which workflow decides a question: rules are tried in order, the first that holds names it. Pure data and decisions. */
import { z } from 'zod';
import { name } from '../platform/wire.ts';
import { evaluate, type Facts } from './condition.ts';

const condition = z.string().min(1).max(32_768).describe('CEL');

export const Rule = z.strictObject({ name, when: condition, workflow: name }).meta({ id: 'Rule' });

export const Group = z
  .strictObject({
    name,
    title: z.string().min(1).max(200).describe('one of its voters in words; {category} stands for the job’s'),
    voter: condition.describe('CEL over `voter`: who belongs to the group'),
    needed: z.int().min(0).max(1000).describe('so many distinct owners must say yes in it'),
    weight: z.number().positive().default(1).describe('of one yes, where the method is weighted'),
  })
  .meta({ id: 'VoterGroup' });

export const Workflow = z
  .strictObject({
    name,
    rank: z.int().describe('of two workflows the higher is more demanding'),
    groups: z.array(Group).min(1).max(20),
    method: z.enum(['binary', 'weighted']).default('binary'),
    threshold: z.number().min(0).default(0).describe('weight that all who say yes must reach, where weighted'),
    deadline_seconds: z.int().min(1).optional().describe('the setting APPROVAL_DEADLINE where absent'),
    veto: z
      .strictObject({ voter: condition, needed: z.int().min(1).describe('so many no of these reject') })
      .optional(),
  })
  .meta({ id: 'Workflow' });

export type Rule = z.output<typeof Rule>;
export type Group = z.output<typeof Group>;
export type Workflow = z.output<typeof Workflow>;

/** A rule that was tried, with the value it had. */
export const RuleTried = z
  .strictObject({
    rule: z.string(),
    when: z.string(),
    value: z
      .boolean()
      .nullable()
      .describe('null: it could not be evaluated, which counts as the most demanding workflow'),
    error: z.string().nullable(),
    workflow: z.string().nullable().describe('where it led'),
  })
  .meta({ id: 'RuleTried' });

export type RuleTried = z.output<typeof RuleTried>;

/** Rules 4 to 7 of the design. Until there are peers, a specialized job is critical. */
export const defaultRules: readonly Rule[] = [
  { name: 'costly', when: 'estimate.cost_usd > 10.0', workflow: 'critical' },
  { name: 'specialized', when: 'job.category == "specialized"', workflow: 'critical' },
  { name: 'urgent', when: 'job.priority <= 2', workflow: 'critical' },
  { name: 'otherwise', when: 'true', workflow: 'standard' },
];

const heads = (needed: number): Group => ({
  name: 'category_heads',
  title: 'head of {category}',
  voter: '"category_head" in voter.roles && job.category in voter.categories',
  needed,
  weight: 1,
});

const humans = (needed: number): Group => ({
  name: 'human_approvers',
  title: 'human approver',
  voter: 'voter.kind == "person" && "approver" in voter.roles',
  needed,
  weight: 1,
});

export const defaultWorkflows: readonly Workflow[] = [
  { name: 'standard', rank: 1, method: 'binary', threshold: 0, groups: [heads(2)] },
  { name: 'critical', rank: 2, method: 'binary', threshold: 0, groups: [heads(3), humans(1)] },
];

/**
 * The workflow of the first rule that holds, and each rule tried with its value. A rule that cannot be
 * evaluated (an estimate without a price among the reasons), one that names no workflow there is, and
 * no rule at all lead to the most demanding workflow.
 */
export function chooseWorkflow(
  rules: readonly Rule[],
  workflows: readonly Workflow[],
  facts: Facts,
): { workflow: Workflow; tree: RuleTried[] } {
  const hardest = mostDemanding(workflows);
  const tree: RuleTried[] = [];
  for (const rule of rules) {
    const { holds, error } = evaluate(rule.when, facts);
    const chosen = holds === false ? null : ledTo(workflows, holds === null ? hardest.name : rule.workflow);
    const { name: rule_name, when } = rule;
    tree.push({
      rule: rule_name,
      when,
      value: holds,
      error,
      workflow: holds === false ? null : (chosen ?? hardest).name,
    });
    if (holds !== false) return { workflow: chosen ?? hardest, tree };
  }
  return { workflow: hardest, tree };
}

const ledTo = (workflows: readonly Workflow[], wanted: string): Workflow | null =>
  workflows.find(({ name }) => name === wanted) ?? null;

export function mostDemanding(workflows: readonly Workflow[]): Workflow {
  const [hardest] = workflows.toSorted((a, b) => b.rank - a.rank);
  if (hardest === undefined) throw new Error('a policy without a workflow decides nothing');
  return hardest;
}
