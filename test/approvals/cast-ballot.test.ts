import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { disablePrincipal } from '../../shared/access/change-principal.ts';
import { Ballot, type Approval } from '../../shared/approvals/approval.ts';
import { approvalSummary, getApproval, listApprovals } from '../../shared/approvals/read.ts';
import { waitingWords } from '../../shared/approvals/summary.ts';
import { eventHash, genesis } from '../../shared/events/chain.ts';
import { eventsOf } from '../../shared/events/store.ts';
import { store } from '../../shared/platform/database/statement.ts';
import { asHead, caller, openQuestions, type Questions } from './questions.ts';

const plant = store<{ approvals: Approval }>().change((tables, p: Pick<Approval, 'id' | 'electorate'>) =>
  tables.updateTable('approvals').set({ electorate: p.electorate }).where('id', '=', p.id),
);

let q: Questions;
beforeEach(async () => {
  q = await openQuestions();
  for (const id of ['a', 'b', 'c']) await q.head(id);
});
afterEach(() => q.world.close());

const executes = (job_id: string) => q.world.rung.filter(({ bell, id }) => bell === 'execute' && id === job_id).length;

describe('counting', () => {
  test('the second yes grants and rings for the job; a third comes too late', async () => {
    const { approval } = await q.ask();
    expect(await q.vote(approval, 'a')).toMatchObject({ final_decision: null, approved_count: 1, required_count: 2 });
    expect(executes(approval.job_id)).toBe(0);
    const granted = await q.vote(approval, 'b');
    expect(granted).toMatchObject({ state: 'granted', final_decision: 'granted', approved_count: 2, still_asked: [] });
    expect(executes(approval.job_id)).toBe(1);
    await expect(q.vote(approval, 'c')).rejects.toMatchObject({ code: 'approval_closed' });
    const row = await q.approval(approval.id);
    expect(row).toMatchObject({ state: 'granted', version: 3 });
    expect(row.due_at?.getTime()).toBe(q.world.clock.database() + 1000);
  });

  test('a rejection comes as soon as too few are left, and not before', async () => {
    const { approval } = await q.ask();
    expect((await q.vote(approval, 'a', { decision: 'no', reasoning: 'off brand' })).final_decision).toBeNull();
    const rejected = await q.vote(approval, 'b', { decision: 'no', reasoning: 'too long' });
    expect(rejected).toMatchObject({ final_decision: 'rejected' });
    expect(rejected.consensus_reasoning).toContain('the no of a, b');
    expect(executes(approval.job_id)).toBe(1);
  });

  test('each ballot is one event of the question’s chain, the last says what it settled', async () => {
    const { approval } = await q.ask();
    await q.vote(approval, 'a');
    await q.vote(approval, 'b');
    const events = await eventsOf(q.world.platform.db.read, { stream: approval.id, after: 0, limit: 9 });
    expect(events.map(({ type, actor }) => [type, actor])).toEqual([
      ['opened', 'muster'],
      ['ballot_cast', 'a'],
      ['ballot_cast', 'b'],
    ]);
    expect(events.map(({ data }) => data['settled'])).toEqual([undefined, null, 'granted']);
    let head = genesis;
    for (const event of events) expect((head = eventHash(head, event))).toBe(event.hash);
    expect((await q.approval(approval.id)).head_hash).toBe(head);
  });

  test('a critical question needs the human as well', async () => {
    await q.person('eve', 'approver');
    const { approval } = await q.ask({ priority: 1 });
    for (const id of ['a', 'b', 'c']) expect((await q.vote(approval, id)).final_decision).toBeNull();
    const eve = caller('eve', { roles: ['approver'] });
    expect(await q.vote(approval, 'eve', { by: eve })).toMatchObject({ final_decision: 'granted', approved_count: 4 });
  });

  test('what was settled reads as it was settled, whoever is out of service by now', async () => {
    const { approval } = await q.ask();
    for (const voter of ['a', 'b']) await q.vote(approval, voter);
    for (const voter of ['a', 'b']) await q.setState(voter, 'retired');
    const summary = await approvalSummary(q.world.platform.db.read, approval.deployment_id);
    expect(summary).toMatchObject({ final_decision: 'granted', approved_count: 2 });
    expect(summary?.consensus_reasoning).toMatch(/^Granted/);
  });

  test('an isolated voter loses the ballot, and may not vote', async () => {
    const { approval } = await q.ask();
    await q.vote(approval, 'a');
    await q.setState('a', 'isolated');
    expect(await q.vote(approval, 'b')).toMatchObject({ final_decision: null, approved_count: 1, still_asked: ['c'] });
    await q.setState('c', 'isolated');
    await expect(q.vote(approval, 'c')).rejects.toMatchObject({ code: 'not_eligible' });
    await q.setState('c', 'active');
    expect((await q.vote(approval, 'c')).final_decision).toBe('granted');
  });

  test('so does a voter whose owner is disabled: it may not call any more either', async () => {
    const { approval } = await q.ask();
    await q.vote(approval, 'a');
    await q.inside((tx) => disablePrincipal(tx, { id: 'owner_of_a', actor: 'test' }));
    expect(await q.vote(approval, 'b')).toMatchObject({ final_decision: null, approved_count: 1, still_asked: ['c'] });
    await q.inside((tx) => disablePrincipal(tx, { id: 'owner_of_c', actor: 'test' }));
    await expect(q.vote(approval, 'c')).rejects.toMatchObject({ code: 'not_eligible' });
  });
});

describe('who may not', () => {
  test('a stranger learns nothing, not even that there is a question', async () => {
    const { approval } = await q.ask();
    await expect(q.vote(approval, 'x', { by: asHead('x', 'ops') })).rejects.toMatchObject({ code: 'not_found' });
    await expect(getApproval(q.world.platform, asHead('x', 'ops'), approval)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(q.vote({ ...approval, job_id: 'job_none' }, 'a')).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each([
    ['the requester', caller('ann', { roles: ['submitter', 'approver'] })],
    ['an agent of the requester', asHead('hers', 'ann')],
    ['an agent of the job', asHead('content_generator', 'somebody')],
    ['an approver who is not asked', caller('eve', { roles: ['approver'] })],
  ])('%s is not eligible', async (_, by) => {
    await q.head('hers', { owner: 'ann' });
    await q.head('content_generator');
    await q.person('eve', 'approver');
    const { approval } = await q.ask();
    await expect(q.vote(approval, by.id, { by })).rejects.toMatchObject({ code: 'not_eligible' });
  });

  test('nor the requester, even in an electorate that names them', async () => {
    const { approval } = await q.ask();
    const planted = { ...approval.electorate, requester: { id: 'nobody', owner_id: 'owner_of_a' } };
    await q.inside((tx) => plant(tx, { id: approval.id, electorate: planted }));
    await expect(q.vote(approval, 'a')).rejects.toMatchObject({ code: 'not_eligible' });
    expect((await q.vote(approval, 'b')).approved_count).toBe(1);
  });
});

describe('what is refused', () => {
  test('a ballot about another definition', async () => {
    const { approval } = await q.ask();
    const other = { definition_sha256: 'f'.repeat(64) };
    await expect(q.vote(approval, 'a', other)).rejects.toMatchObject({ code: 'question_changed' });
    expect((await q.approval(approval.id)).version).toBe(1);
  });

  test('a ballot at or after the deadline', async () => {
    const { approval } = await q.ask();
    await q.world.advance(86_399.999);
    await q.vote(approval, 'a');
    await q.world.advance(0.001);
    await expect(q.vote(approval, 'b')).rejects.toMatchObject({ code: 'approval_closed' });
  });

  test('a second ballot, unless it is the first again', async () => {
    const { approval } = await q.ask();
    await q.vote(approval, 'a', { reasoning: 'fits' });
    expect((await q.vote(approval, 'a', { reasoning: 'fits' })).approved_count).toBe(1);
    for (const other of [{ decision: 'no' as const }, { reasoning: 'other' }, { confidence: 0.1 }]) {
      await expect(q.vote(approval, 'a', { reasoning: 'fits', ...other })).rejects.toMatchObject({
        code: 'already_voted',
      });
    }
    expect((await q.approval(approval.id)).version).toBe(2);
  });

  test('the ballot that settled it may be repeated when its answer was lost', async () => {
    const { approval } = await q.ask();
    await q.vote(approval, 'a');
    await q.vote(approval, 'b');
    expect((await q.vote(approval, 'b')).final_decision).toBe('granted');
    expect((await q.approval(approval.id)).version).toBe(3);
  });

  test('a no without a reason', () => {
    const given = { definition_sha256: '0'.repeat(64), confidence: 1 };
    expect(Ballot.safeParse({ ...given, decision: 'no', reasoning: ' ' }).success).toBe(false);
    expect(Ballot.safeParse({ ...given, decision: 'no', reasoning: 'why' }).success).toBe(true);
    expect(Ballot.safeParse({ ...given, decision: 'yes' }).success).toBe(true);
  });
});

describe('at once', () => {
  test('of many ballots in one commit, just enough count and one rings', async () => {
    for (const id of ['d', 'e', 'f', 'g', 'h']) await q.head(id);
    const { approval } = await q.ask();
    const voters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const results = await Promise.allSettled(voters.map((id) => q.vote(approval, id)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(executes(approval.job_id)).toBe(1);
    expect(await q.approval(approval.id)).toMatchObject({ state: 'granted', version: 3 });
  });

  test('the same voter many times is one ballot', async () => {
    const { approval } = await q.ask();
    await Promise.all(Array.from({ length: 10 }, () => q.vote(approval, 'a')));
    expect(await q.approval(approval.id)).toMatchObject({ state: 'open', version: 2 });
  });

  test('questions of many jobs do not mix', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, () => q.ask()));
    await Promise.all(asked.flatMap(({ approval }) => ['a', 'b'].map((id) => q.vote(approval, id))));
    for (const { approval } of asked) expect((await q.approval(approval.id)).state).toBe('granted');
  });
});

test('a ballot takes at most seven statements', async () => {
  let statements = 0;
  const counted = await openQuestions(
    {},
    {
      engine: (engine) => ({
        ...engine,
        atomically: (work) => engine.atomically((run, at) => work((query) => (statements++, run(query)), at)),
      }),
    },
  );
  for (const id of ['a', 'b']) await counted.head(id);
  const { approval } = await counted.ask();
  for (const id of ['a', 'b']) {
    statements = 0;
    await counted.vote(approval, id);
    expect(statements).toBeLessThanOrEqual(7);
  }
  await counted.world.close();
});

describe('reading', () => {
  test('a voter lists what waits for them, oldest first, until they have answered', async () => {
    const asked = [await q.ask(), await q.ask(), await q.ask()] as const;
    const list = (limit = 50, after?: string) =>
      listApprovals(q.world.platform, asHead('a', 'owner_of_a'), { limit, after });
    const ids = asked.map(({ approval }) => approval.id).toSorted();
    expect((await list()).map(({ approval_id }) => approval_id)).toEqual(ids);
    expect((await list(1)).map(({ approval_id }) => approval_id)).toEqual(ids.slice(0, 1));
    expect(await list(50, ids[1])).toHaveLength(1);
    const [oldest] = await list();
    await q.vote({ ...asked[0].approval, job_id: oldest?.job_id ?? '' }, 'a');
    expect(await list()).toHaveLength(2);
    await q.world.advance(86_400);
    expect(await list()).toEqual([]);
    expect(await listApprovals(q.world.platform, asHead('x', 'ops'), { limit: 9 })).toEqual([]);
  });

  test('the whole question has its facts, its ballots and the tree', async () => {
    const { approval, job } = await q.ask();
    await q.vote(approval, 'a', { reasoning: 'fits', evidence: ['https://example.com/brand'] });
    const answer = await getApproval(q.world.platform, asHead('b', 'owner_of_b'), { job_id: job.id });
    expect(answer).toMatchObject({
      policy: 'standard',
      definition_sha256: approval.definition_sha256,
      cost_ceiling_usd: 0.25,
      definition: { job_name: 'content_generation' },
      ballots: [{ voter_id: 'a', decision: 'yes', reasoning: 'fits', evidence: ['https://example.com/brand'] }],
      still_asked: ['b', 'c'],
    });
    expect(answer.tree.at(-1)).toMatchObject({ rule: 'otherwise', value: true, workflow: 'standard' });
  });

  test('what is waited for is said in words', async () => {
    const { approval } = await q.ask();
    const summary = await q.vote(approval, 'a');
    const later = new Date(approval.opened_at.getTime() + 12_000);
    expect(waitingWords(summary, later)).toBe('Waiting for one more head of marketing_brand; asked b, c 12 s ago.');
    const done = await q.vote(approval, 'b');
    expect(waitingWords(done, later)).toBe('Granted under standard: 2 of 2 category heads said yes.');
  });
});
