import { describe, expect, test } from 'vitest';
import { eligible, votersOf, type Candidate } from '../../shared/approvals/electorate.ts';
import { defaultWorkflows, type Workflow } from '../../shared/approvals/policy.ts';

const head = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  owner_id: 'ops',
  kind: 'agent',
  roles: ['category_head'],
  categories: ['marketing_brand'],
  state: 'active',
  ...more,
});

const person = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  owner_id: null,
  kind: 'person',
  roles: ['approver'],
  categories: [],
  state: null,
  ...more,
});

const requester = { id: 'ann', owner_id: null };
const ids = (candidates: readonly { id: string }[]) => candidates.map(({ id }) => id);

describe('who may answer', () => {
  test('never the requester, and never an agent of theirs', () => {
    const candidates = [person('ann'), head('hers', { owner_id: 'ann' }), head('free')];
    expect(ids(eligible(candidates, { requester, job_agents: [] }))).toEqual(['free']);
  });

  test('an agent that asks keeps its owner and its owner’s other agents out', () => {
    const candidates = [person('boss'), head('sister', { owner_id: 'boss' }), head('free')];
    const asking = { id: 'worker', owner_id: 'boss' };
    expect(ids(eligible(candidates, { requester: asking, job_agents: [] }))).toEqual(['free']);
  });

  test('a service that asks keeps what it owns itself out as well', () => {
    const candidates = [head('its', { owner_id: 'service' }), head('free')];
    expect(ids(eligible(candidates, { requester: { id: 'service', owner_id: 'boss' }, job_agents: [] }))).toEqual([
      'free',
    ]);
  });

  test('never an agent of the job', () => {
    expect(ids(eligible([head('in_job'), head('free')], { requester, job_agents: ['in_job'] }))).toEqual(['free']);
  });

  test.each(['suspect', 'lost', 'draining', 'isolated', 'retired'])('an agent that is %s is not asked', (state) => {
    expect(eligible([head('h', { state })], { requester, job_agents: [] })).toEqual([]);
  });
});

describe('groups', () => {
  const critical = defaultWorkflows[1] as Workflow;
  const facts = { job: { category: 'marketing_brand' } };

  test('heads of the category and human approvers, by their conditions', () => {
    const candidates = [
      head('lead'),
      head('elsewhere', { categories: ['core_security'] }),
      person('eve'),
      person('robot', { kind: 'service', owner_id: 'eve' }),
    ];
    expect(votersOf(critical, candidates, facts)).toEqual([
      { id: 'lead', owner_id: 'ops', groups: ['category_heads'], veto: false },
      { id: 'eve', owner_id: 'eve', groups: ['human_approvers'], veto: false },
    ]);
  });

  test('who has only a veto is a voter; a condition that goes wrong is a no', () => {
    const flow: Workflow = { ...critical, groups: [], veto: { voter: 'voter.id == "eve"', needed: 1 } };
    expect(votersOf(flow, [person('eve'), person('bob')], facts)).toEqual([
      { id: 'eve', owner_id: 'eve', groups: [], veto: true },
    ]);
    const broken: Workflow = {
      ...critical,
      groups: critical.groups.map((group) => ({ ...group, voter: 'voter.nothing' })),
    };
    expect(votersOf(broken, [head('lead')], facts)).toEqual([]);
  });
});
