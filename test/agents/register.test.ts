import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePrincipal } from '../../shared/access/change-principal.ts';
import { findPrincipal } from '../../shared/access/store.ts';
import { RegisterAgent } from '../../shared/agents/agent.ts';
import { openEndpoint } from '../../shared/agents/endpoint.ts';
import { agentsByIds, getAgent, headsOf, listAgents } from '../../shared/agents/read.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { modelOf } from '../../shared/agents/store.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { registerAgent } from '../../shared/tasks/register-agent.ts';
import { admin, callerOf, openCrew, type Crew } from '../tasks/crew.ts';

let crew: Crew;
beforeEach(async () => {
  crew = await openCrew();
});
afterEach(() => crew.close());

const put = (agent_id: string, said: RegisterAgent = {}, caller = admin, if_match?: string) =>
  registerAgent(crew.platform, caller, { agent_id, ...said, if_match });
const events = async (agent_id: string) => {
  const found = await streamEvents(crew.platform.db.read, { stream: `agent:${agent_id}`, after: 0, limit: 100 });
  return found.map(({ type }) => type);
};

describe('registering an agent', () => {
  it('makes a principal, a row with an event, and tells who waits for it', async () => {
    const answer = await put('scanner', {
      capabilities: ['scan', 'lint', 'scan'],
      model: 'm',
      max_concurrent_tasks: 4,
    });
    expect(answer).toMatchObject({
      agent_id: 'scanner',
      version: 1,
      state: 'lost',
      role: 'worker',
      owner_id: 'ada',
      capabilities: ['lint', 'scan'],
      max_concurrent_tasks: 4,
      endpoint_secret: null,
      record: null,
    });
    expect(await findPrincipal(crew.platform.db.read, { id: 'scanner' })).toMatchObject({
      kind: 'agent',
      roles: ['worker'],
    });
    expect(await events('scanner')).toEqual(['registered']);
    expect(crew.heard()).toEqual(['wake agent:scanner', 'wake capability:lint', 'wake capability:scan']);
    expect(await modelOf(crew.platform.db.read, 'scanner')).toBe('m');
    expect(await modelOf(crew.platform.db.read, 'nobody')).toBeNull();
  });

  it('again in the same words changes nothing; what is left out stays', async () => {
    const said: RegisterAgent = {
      role: 'category_head',
      categories: ['data'],
      card: { name: 'Head' },
      endpoint: 'https://x.example/',
    };
    await put('head', said);
    crew.heard();
    expect(await put('head', said)).toMatchObject({ version: 1 });
    expect(await put('head', {})).toMatchObject({ version: 1, categories: ['data'] });
    expect(crew.heard()).toEqual([]);
    expect(await put('head', { categories: ['data', 'ai_ml'] })).toMatchObject({ version: 2, card: { name: 'Head' } });
    expect(crew.heard()).toEqual(['wake agent:head', 'wake category:ai_ml', 'wake category:data']);
    expect(await events('head')).toEqual(['registered', 'changed']);
  });

  it('heeds If-Match', async () => {
    await put('scanner');
    await expect(put('scanner', { model: 'm' }, admin, '"2"')).rejects.toMatchObject({ code: 'stale' });
    expect(await put('scanner', { model: 'm' }, admin, '"1"')).toMatchObject({ version: 2 });
  });

  it('by itself an agent says only what it is', async () => {
    await put('scanner');
    const scanner = callerOf('scanner');
    const said = { model: 'm', agent_version: '2.1', card: { skills: [] }, load: { tasks: 1 } };
    expect(await put('scanner', said, scanner)).toMatchObject({ ...said, state: 'active', version: 2 });
    await expect(put('scanner', { capabilities: ['all'], role: 'supervisor' }, scanner)).rejects.toMatchObject({
      code: 'forbidden',
      facts: { errors: [{ pointer: '/capabilities' }, { pointer: '/role' }] },
    });
    await expect(put('other', { model: 'm' }, scanner)).rejects.toMatchObject({ code: 'not_found' });
    await expect(put('ghost', {}, callerOf('ghost'))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('needs an owner who exists and a name that is free', async () => {
    await expect(put('scanner', { owner_id: 'nobody' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(put('ada')).rejects.toMatchObject({ code: 'name_taken' });
    await crew.platform.db.transaction('bob', (tx) =>
      writePrincipal(tx, { id: 'bob', kind: 'person', name: 'Bob', roles: [], owner_id: null, actor: 'ada' }),
    );
    expect(await put('scanner', { owner_id: 'bob' })).toMatchObject({ owner_id: 'bob' });
  });

  it('with a new endpoint shows its secret once, and opens it again for who posts', async () => {
    const first = await put('head', { endpoint: 'https://one.example/ask' });
    expect(first.endpoint_secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await openEndpoint(crew.platform, 'head')).toEqual({
      url: 'https://one.example/ask',
      secret: first.endpoint_secret,
    });
    expect((await put('head', { endpoint: 'https://one.example/ask' })).endpoint_secret).toBeNull();
    const second = await put('head', { endpoint: 'https://two.example/ask' });
    expect(second.endpoint_secret).not.toBe(first.endpoint_secret);
    expect(await openEndpoint(crew.platform, 'head')).toMatchObject({ secret: second.endpoint_secret });
    expect(await put('head', { endpoint: null })).toMatchObject({ endpoint: null, endpoint_secret: null });
    expect(await openEndpoint(crew.platform, 'head')).toBeUndefined();
    expect(await openEndpoint(crew.platform, 'nobody')).toBeUndefined();
  });

  it.each([
    { endpoint: 'ftp://x.example' },
    { capabilities: ['Upper'] },
    { max_concurrent_tasks: 0 },
    { colour: 'red' },
  ])('refuses %j', (said) => {
    expect(RegisterAgent.safeParse(said).success).toBe(false);
  });
});

describe('retiring an agent', () => {
  it('ends its principal; registering it again restores it', async () => {
    await put('scanner', { model: 'm' });
    await retireAgent(crew.platform, admin, { agent_id: 'scanner' });
    expect(await getAgent(crew.platform, admin, { agent_id: 'scanner' })).toMatchObject({
      state: 'retired',
      version: 2,
    });
    await expect(crew.beat('scanner', [])).rejects.toMatchObject({ code: 'agent_not_active' });
    await expect(retireAgent(crew.platform, admin, { agent_id: 'scanner' })).rejects.toMatchObject({
      code: 'not_found',
    });
    const itself = registerAgent(crew.platform, callerOf('scanner'), { agent_id: 'scanner', model: 'm' });
    await expect(itself).rejects.toMatchObject({ code: 'not_found' }); // it was under way: its key is no good any more
    expect(await put('scanner')).toMatchObject({ state: 'lost', model: 'm', version: 3 });
    expect(await events('scanner')).toEqual(['registered', 'retired', 'restored']);
  });

  it('heeds If-Match', async () => {
    await put('scanner');
    await expect(retireAgent(crew.platform, admin, { agent_id: 'scanner', if_match: '"7"' })).rejects.toMatchObject({
      code: 'stale',
    });
  });
});

describe('reading agents', () => {
  it('finds the heads of a category with their owners and states', async () => {
    await put('head_b', { role: 'category_head', categories: ['data', 'ai_ml'] });
    await put('head_a', { role: 'category_head', categories: ['data'] });
    await put('worker', { categories: ['data'] });
    await crew.beat('head_a', []);
    expect(await headsOf(crew.platform.db.read, 'data')).toEqual([
      {
        id: 'head_a',
        owner_id: 'ada',
        role: 'category_head',
        state: 'active',
        categories: ['data'],
        capabilities: [],
        endpoint: null,
      },
      {
        id: 'head_b',
        owner_id: 'ada',
        role: 'category_head',
        state: 'lost',
        categories: ['ai_ml', 'data'],
        capabilities: [],
        endpoint: null,
      },
    ]);
    expect(await headsOf(crew.platform.db.read, 'nothing')).toEqual([]);
  });

  it('tells how long an agent has been silent by its state', async () => {
    await put('scanner');
    await crew.beat('scanner', []);
    const states = [];
    for (const seconds of [0, 44, 1, 45]) {
      await crew.advance(seconds);
      states.push((await agentsByIds(crew.platform.db.read, ['scanner', 'nobody']))[0]?.state);
    }
    expect(states).toEqual(['active', 'active', 'suspect', 'lost']);
    crew.heard();
    await crew.beat('scanner', []);
    expect(crew.heard()).toEqual(['wake agent:scanner']);
    expect(await agentsByIds(crew.platform.db.read, [])).toEqual([]);
  });

  it('lists them by name and shows an agent only itself', async () => {
    for (const id of ['c', 'a', 'b']) await put(id);
    const page = await listAgents(crew.platform, admin, { limit: 2 });
    expect(page.map(({ agent_id }) => agent_id)).toEqual(['a', 'b']);
    expect(await listAgents(crew.platform, admin, { limit: 2, after: 'b' })).toMatchObject([{ agent_id: 'c' }]);
    expect(await getAgent(crew.platform, callerOf('a'), { agent_id: 'a' })).toMatchObject({ agent_id: 'a' });
    await expect(getAgent(crew.platform, callerOf('a'), { agent_id: 'b' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(getAgent(crew.platform, admin, { agent_id: 'z' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
