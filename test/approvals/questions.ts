/** A world with people, heads and jobs that have come to their question. */
import type { Caller, Role } from '../../shared/access/caller.ts';
import { writePrincipal } from '../../shared/access/change-principal.ts';
import type { AgentState } from '../../shared/agents/agent.ts';
import { keepEndpointSecret, newEndpointSecret } from '../../shared/agents/endpoint.ts';
import { moveAgent } from '../../shared/agents/move-agent.ts';
import { putAgent } from '../../shared/agents/put-agent.ts';
import { noteSeen } from '../../shared/agents/note-seen.ts';
import { lockAgent } from '../../shared/agents/store.ts';
import type { Approval, ApprovalSummary } from '../../shared/approvals/approval.ts';
import { castBallot } from '../../shared/approvals/cast-ballot.ts';
import { openApproval } from '../../shared/approvals/open.ts';
import { findApproval } from '../../shared/approvals/store.ts';
import { insertDeployment } from '../../shared/deployments/store.ts';
import { definitionSha256 } from '../../shared/jobs/canonical.ts';
import { createJob } from '../../shared/jobs/create.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { moveJob } from '../../shared/jobs/move.ts';
import { findJob } from '../../shared/jobs/store/rows.ts';
import type { Tx } from '../../shared/platform/platform.ts';
import { openWorld, type World, type WorldOptions } from '../world.ts';

export const definition = (more: Partial<JobDefinition> = {}): JobDefinition => ({
  ...JobDefinition.parse({
    job_name: 'content_generation',
    job_description: 'Generate a blog post',
    category: 'marketing_brand',
    primary_agent: 'content_generator',
    max_budget_usd: 0.25,
  }),
  ...more,
});

export const caller = (id: string, more: Partial<Caller> = {}): Caller => ({
  id,
  kind: 'person',
  roles: [],
  owner_id: null,
  ...more,
});

export const asHead = (id: string, owner_id: string): Caller =>
  caller(id, { kind: 'agent', roles: ['category_head'], owner_id });

export interface HeadOptions {
  owner?: string;
  category?: string;
  endpoint?: string;
}

export interface Questions {
  world: World;
  person(id: string, ...roles: Role[]): Promise<void>;
  /** Gives the secret of the head's endpoint. */
  head(id: string, options?: HeadOptions): Promise<string>;
  /** A heartbeat. */
  seen(agent_id: string): Promise<void>;
  setState(agent_id: string, state: AgentState): Promise<void>;
  /** A job whose question is open. */
  ask(more?: Partial<JobDefinition>, requester?: Caller): Promise<{ job: Job; approval: Approval }>;
  vote(approval: Approval, head: string, more?: Partial<Vote>): Promise<ApprovalSummary>;
  approval(id: string): Promise<Approval>;
  inside<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

interface Vote {
  decision: 'yes' | 'no';
  reasoning: string;
  confidence: number;
  evidence: string[];
  definition_sha256: string;
  by: Caller;
}

/** `ann` submits; heads belong to `ops` unless they say otherwise. */
export async function openQuestions(
  settings: Record<string, string> = {},
  options: WorldOptions = {},
): Promise<Questions> {
  const world = await openWorld(settings, options);
  const inside = <T>(work: (tx: Tx) => Promise<T>) => world.platform.db.transaction('test', work);
  const person = (id: string, ...roles: Role[]) =>
    inside((tx) => writePrincipal(tx, { id, kind: 'person', name: id, roles, owner_id: null, actor: 'test' }));
  await person('ann', 'submitter');
  const questions: Questions = {
    world,
    person,
    inside,
    head: (id, options = {}) => addHead(questions, id, options),
    seen: (id) =>
      inside(async (tx) => {
        const agent = await locked(tx, id);
        await noteSeen(tx, agent, agent);
      }),
    setState: async (id, state) => {
      const happening = { type: state, actor: 'test', data: {} };
      await inside(async (tx) => moveAgent(tx, await locked(tx, id), { is: { state }, happening }));
    },
    ask: (more = {}, requester = caller('ann', { roles: ['submitter'] })) =>
      inside((tx) => askFor(tx, definition(more), requester)),
    vote: (approval, head, { by, ...more } = {}) =>
      castBallot(world.platform, by ?? asHead(head, `owner_of_${head}`), {
        ...{ job_id: approval.job_id, definition_sha256: approval.definition_sha256 },
        ...{ decision: 'yes' as const, reasoning: '', confidence: 0.9, evidence: [] },
        ...more,
      }),
    approval: async (id) => {
      const found = await findApproval(world.platform.db.read, { id });
      if (found === undefined) throw new Error(`no approval ${id}`);
      return found;
    },
  };
  return questions;
}

async function addHead(questions: Questions, id: string, options: HeadOptions): Promise<string> {
  const { owner = `owner_of_${id}`, category = 'marketing_brand', endpoint = null } = options;
  await questions.person(owner);
  const secret = await newEndpointSecret(questions.world.platform, id);
  await questions.inside(async (tx) => {
    await keepEndpointSecret(tx, secret);
    const put = { agent_id: id, role: 'category_head' as const, categories: [category], owner_id: owner, endpoint };
    await putAgent(tx, caller('root', { roles: ['admin'] }), { put, endpoint_secret_id: secret.id });
  });
  await questions.seen(id);
  return secret.plain;
}

async function locked(tx: Tx, id: string) {
  const agent = await lockAgent(tx, { id });
  if (agent === undefined) throw new Error(`no agent ${id}`);
  return agent;
}

const estimate = { priced: true, cost_expected_micros: 120_000, cost_upper_micros: 180_000 };

async function askFor(tx: Tx, asked: JobDefinition, requester: Caller): Promise<{ job: Job; approval: Approval }> {
  const id = tx.newId('job');
  const deployment_id = tx.newId('deploy');
  await createJob(tx, {
    ...{ id, deployment_id, definition: asked, snapshot_sha256: definitionSha256(asked) },
    ...{ submitter_id: requester.id, owner_id: requester.owner_id ?? requester.id },
  });
  await insertDeployment(tx, { id: deployment_id, job_id: id, number: 1, definition: asked });
  const created = await findJob(tx, { id });
  if (created === undefined) throw new Error('no job');
  const estimated = await moveJob(tx, created, { type: 'estimated' });
  const approval = await openApproval(tx, {
    ...{ job: estimated, definition: asked, estimate, readiness: { is_ready: true, warnings: [] }, requester },
  });
  return { job: await moveJob(tx, estimated, { type: 'validated' }), approval };
}
