import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { disablePrincipal, writePrincipal } from '../../shared/access/change-principal.ts';
import { hasCurrentApproval } from '../../shared/approvals/current.ts';
import { questionOf } from '../../shared/approvals/question.ts';
import { eventsOf } from '../../shared/events/store.ts';
import { store } from '../../shared/platform/database/statement.ts';
import type { Json } from '../../shared/platform/wire.ts';
import { caller, definition, openQuestions, type Questions } from './questions.ts';

const inbox = store<{ messages: { to_agent: string; type: string; body: Record<string, Json> } }>().all(
  (tables, _: Record<never, never>) => tables.selectFrom('messages').selectAll().orderBy('to_agent'),
);

let q: Questions;
beforeEach(async () => {
  q = await openQuestions();
});
afterEach(() => q.world.close());

const twoHeads = async () => {
  await q.head('seo_lead');
  await q.head('brand_lead');
};

describe('the question', () => {
  const estimate = { priced: true, cost_expected_micros: 100_000, cost_upper_micros: 181_234 };
  const { max_budget_usd: _, ...withoutBudget } = definition();

  test('is about the definition, the environment and the ceiling', () => {
    const asked = questionOf(definition(), estimate);
    expect(asked).toMatchObject({ environment: 'default', cost_ceiling_micros: 250_000 });
    expect(questionOf(definition(), estimate).definition_sha256).toBe(asked.definition_sha256);
    for (const other of [{ job_description: 'Another' }, { environment: 'staging' }, { max_budget_usd: 0.26 }]) {
      expect(questionOf(definition(other), estimate).definition_sha256).not.toBe(asked.definition_sha256);
    }
  });

  test('has the upper bound up to the cent as its ceiling where there is no budget', () => {
    expect(questionOf(withoutBudget, estimate).cost_ceiling_micros).toBe(190_000);
    expect(questionOf(withoutBudget, { ...estimate, priced: false }).cost_ceiling_micros).toBe(0);
  });
});

test('opens with its electorate, its event and its deadline', async () => {
  await twoHeads();
  const { job, approval } = await q.ask();
  expect(await q.approval(approval.id)).toEqual(approval);
  expect(approval).toMatchObject({ job_id: job.id, state: 'open', workflow_name: 'standard', version: 1 });
  expect(approval.electorate.voters.map(({ id }) => id).toSorted()).toEqual(['brand_lead', 'seo_lead']);
  expect(approval.deadline_at.getTime() - approval.opened_at.getTime()).toBe(86_400_000);
  expect(approval.due_at).toEqual(approval.deadline_at);
  const [event] = await eventsOf(q.world.platform.db.read, { stream: approval.id, after: 0, limit: 9 });
  expect(event).toMatchObject({ type: 'opened', number: 1, actor: 'muster', hash: approval.head_hash });
  expect(event?.data).toMatchObject({ definition_sha256: approval.definition_sha256, workflow: 'standard' });
  expect(await q.inside((tx) => hasCurrentApproval(tx, job.deployment_id))).toBe(true);
});

test('each head finds the request in its mailbox', async () => {
  await twoHeads();
  const { approval } = await q.ask();
  const messages = await inbox(q.world.platform.db.read, {});
  expect(messages.map(({ to_agent, type }) => [to_agent, type])).toEqual([
    ['brand_lead', 'approval_request'],
    ['seo_lead', 'approval_request'],
  ]);
  expect(messages[0]?.body).toMatchObject({
    approval_id: approval.id,
    definition_sha256: approval.definition_sha256,
    answer_path: `/api/v1/deployment/approvals/${approval.job_id}/ballots`,
  });
});

describe('too few voters', () => {
  const refused = { code: 'no_eligible_voters', facts: { waits_for: 'category:marketing_brand' } };

  test('one head is not enough', async () => {
    await q.head('seo_lead');
    await expect(q.ask()).rejects.toMatchObject(refused);
  });

  test('two heads of one owner are not enough', async () => {
    await q.head('seo_lead', { owner: 'ops' });
    await q.head('brand_lead', { owner: 'ops' });
    await expect(q.ask()).rejects.toMatchObject(refused);
  });

  test('heads of another category, of the requester, in the job or isolated do not help', async () => {
    await q.head('seo_lead');
    await q.head('elsewhere', { category: 'core_security' });
    await q.head('own', { owner: 'ann' });
    await q.head('content_generator');
    await q.head('gone');
    await q.setState('gone', 'isolated');
    await expect(q.ask()).rejects.toMatchObject(refused);
  });

  test('heads whose owner is disabled do not help: they could not answer', async () => {
    for (const id of ['a', 'b', 'c']) await q.head(id);
    for (const id of ['owner_of_a', 'owner_of_b']) await q.inside((tx) => disablePrincipal(tx, { id, actor: 'test' }));
    await expect(q.ask()).rejects.toMatchObject(refused);
    await q.head('d');
    const { approval } = await q.ask();
    expect(approval.electorate.voters.map(({ id }) => id).toSorted()).toEqual(['c', 'd']);
  });

  test('neither does a person whose owner is disabled', async () => {
    for (const id of ['a', 'b', 'c']) await q.head(id);
    const eve = { id: 'eve', kind: 'person' as const, name: 'eve', roles: ['approver' as const], owner_id: 'boss' };
    await q.person('boss');
    await q.inside((tx) => writePrincipal(tx, { ...eve, actor: 'test' }));
    await q.inside((tx) => disablePrincipal(tx, { id: 'boss', actor: 'test' }));
    await expect(q.ask({ priority: 1 })).rejects.toMatchObject(refused);
    await q.person('boss');
    expect((await q.ask({ priority: 1 })).approval.electorate.voters.map(({ id }) => id)).toContain('eve');
  });

  test('an agent that asks cannot be answered by its owner’s other agents', async () => {
    await q.head('seo_lead', { owner: 'boss' });
    await q.head('brand_lead');
    const asking = caller('brand_lead', { kind: 'agent', roles: ['category_head'], owner_id: 'boss' });
    await expect(q.ask({}, asking)).rejects.toMatchObject(refused);
  });

  test('a critical job needs three heads and a human', async () => {
    await twoHeads();
    await q.head('third');
    await expect(q.ask({ priority: 1 })).rejects.toMatchObject(refused);
    await q.person('eve', 'approver');
    const { approval } = await q.ask({ priority: 1 });
    expect(approval.workflow_name).toBe('critical');
    expect(approval.electorate.voters).toHaveLength(4);
  });
});
