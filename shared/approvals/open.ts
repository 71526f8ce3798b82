/** Opens the question of a deployment: which workflow, who may answer, and everybody is told. */
import { refuse } from '../outcomes.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import { usdOf } from '../platform/money.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { musterActor, ownerOf } from '../access/caller.ts';
import { approvers } from '../access/store.ts';
import { awaitedCategory } from '../agents/agent.ts';
import { headsOf } from '../agents/read.ts';
import { agentsOf } from '../jobs/definition.ts';
import { mayTake } from '../jobs/plan-steps.ts';
import type { Job } from '../jobs/job.ts';
import type { Approval, Electorate } from './approval.ts';
import { eligible, votersOf, type Candidate } from './electorate.ts';
import type { RuleTried, Workflow } from './policy.ts';
import { factsOf, previewWorkflow, type Asking } from './preview.ts';
import { questionOf, type Question } from './question.ts';
import { isEnough } from './quorum.ts';
import { insertApproval } from './store.ts';
import { insertVoters } from './store/voters.ts';
import { tellVoters } from './tell-voters.ts';

export type OpeningInput = Omit<Asking, 'deployment_number'> & {
  job: Pick<Job, 'id' | 'deployment_id' | 'deployment_number' | 'priority' | 'job_name' | 'category'>;
};

/** Refuses `no_eligible_voters` when all who may vote would be too few. Five statements and the mailbox's. */
export async function openApproval(tx: Tx, input: OpeningInput): Promise<Approval> {
  const asking: Asking = { ...input, deployment_number: input.job.deployment_number };
  const { workflow, tree } = previewWorkflow(asking);
  const candidates = await candidatesFor(tx, input.job.category);
  const electorate = electorateOf(workflow, candidates, asking);
  if (!isEnough(workflow, electorate.voters)) refuseFor(workflow, electorate);
  const approval = await insertOpen(tx, input.job, {
    ...{ workflow_name: workflow.name, workflow, rules: tree, electorate },
    ...questionOf(input.definition, input.estimate),
  });
  await insertVoters(
    tx,
    approval.id,
    electorate.voters.map(({ id }) => id),
  );
  await tellVoters(tx, { approval, job: input.job, candidates });
  return approval;
}

export type Reachable = Candidate & { endpoint: string | null; capabilities: readonly string[] };

/** Heads of the category and people who may approve: whom the groups of the workflows choose from. */
async function candidatesFor(reads: Reads, category: string): Promise<Reachable[]> {
  const heads = await headsOf(reads, category);
  const people = await approvers(reads, {});
  return [
    ...heads.map(({ role, ...head }) => ({ ...head, kind: 'agent' as const, roles: [role] })),
    ...people.map((person) => ({ ...person, categories: [], capabilities: [], state: null, endpoint: null })),
  ];
}

/** Who could take a task of the plan counts as an agent of the job. */
function electorateOf(workflow: Workflow, candidates: readonly Reachable[], asking: Asking): Electorate {
  const { definition, requester } = asking;
  const takers = candidates.filter(({ capabilities }) => mayTake(definition.plan, capabilities)).map(({ id }) => id);
  const job_agents = [...new Set([...agentsOf(definition), ...takers])];
  return {
    requester: { id: requester.id, owner_id: ownerOf(requester) },
    job_agents,
    category: definition.category,
    voters: votersOf(workflow, eligible(candidates, { requester, job_agents }), factsOf(asking)),
  };
}

function refuseFor(workflow: Workflow, { category, voters }: Electorate): never {
  const needed = workflow.groups.map((group) => `${group.needed} ${group.name.replaceAll('_', ' ')}`).join(' and ');
  const found = voters.map(({ id }) => id).join(', ') || 'nobody';
  return refuse('no_eligible_voters', {
    detail: `Workflow ${workflow.name} needs ${needed} of different owners for the category ${category}, neither the requester nor in the job; eligible: ${found}.`,
    waits_for: awaitedCategory(category),
  });
}

type Content = Pick<Approval, 'workflow_name' | 'workflow' | 'electorate'> & { rules: RuleTried[] } & Question;

async function insertOpen(tx: Tx, job: OpeningInput['job'], { rules, ...content }: Content): Promise<Approval> {
  const id = tx.newId('approval');
  const deadline_seconds = content.workflow.deadline_seconds ?? tx.config.APPROVAL_DEADLINE;
  const event = nextEvent(tx, newStream(id), { type: 'opened', actor: musterActor, data: openedData(job, content) });
  const row = {
    ...{ id, version: event.number, head_hash: event.hash, job_id: job.id, deployment_id: job.deployment_id },
    ...content,
    deadline_at: new Date(tx.at.getTime() + deadline_seconds * 1000),
    valid_seconds: Math.ceil(tx.config.APPROVAL_VALIDITY),
    due_seconds: tx.config.DUE_SECONDS,
  };
  await insertApproval(tx, { ...row, rules, due_in_seconds: deadline_seconds });
  record(tx, event);
  return { ...row, state: 'open', opened_at: tx.at, granted_at: null, due_at: row.deadline_at };
}

const openedData = (job: OpeningInput['job'], content: Omit<Content, 'rules'>) => ({
  job_id: job.id,
  deployment_id: job.deployment_id,
  definition_sha256: content.definition_sha256,
  environment: content.environment,
  cost_ceiling_usd: usdOf(content.cost_ceiling_micros),
  workflow: content.workflow_name,
  requester: content.electorate.requester.id,
  electorate: content.electorate.voters.map(({ id, owner_id, groups }) => ({ id, owner_id, groups: [...groups] })),
});
