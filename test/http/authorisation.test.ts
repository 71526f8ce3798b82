/** Row 10 of the proof over HTTP: every operation for every role, and whose row it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOpen } from '../../functions/http/codes.ts';
import { routes } from '../../functions/routes.ts';
import { stages } from '../../functions/stages.ts';
import { agentRoles, principalRoles, type Caller } from '../../shared/access/caller.ts';
import { mayCall } from '../../shared/access/permissions.ts';
import { keyFrom, openDesk, type Desk, type Got } from './desk.ts';

let desk: Desk;
/** Keys by the name of their holder; each role has a holder of that name. */
const keys: Record<string, string> = {};

beforeAll(async () => {
  desk = await openDesk(routes, {}, { answer: (platform, { bell, id }) => stages[bell].run(platform, id) });
  for (const role of principalRoles) keys[role] = await desk.person(`an_${role}`, [role]);
  for (const id of ['boss', 'other_boss', 'rival']) keys[id] = await desk.person(id, ['submitter']);
  for (const role of agentRoles) keys[role] = await agent(role, { role, owner_id: 'boss', ...headOf(role) });
  keys['head'] = await agent('head', { role: 'category_head', owner_id: 'other_boss', ...headOf('category_head') });
  keys['stranger'] = await agent('stranger', { role: 'worker', owner_id: 'rival' });
  const made = await desk.ask('POST /api/v1/principals/an_reader/keys', { as: desk.admin });
  keys['deleted'] = keyFrom(made);
  await desk.ask(`DELETE /api/v1/principals/an_reader/keys/${String(made.body['id'])}`, { as: desk.admin });
});
afterAll(() => desk.close());

const headOf = (role: string) => (role === 'category_head' ? { categories: ['core_security'] } : {});

async function agent(id: string, body: Record<string, unknown>): Promise<string> {
  const { status, text } = await desk.ask(`PUT /api/v1/agents/${id}`, { as: desk.admin, body });
  if (status !== 200) throw new Error(`${text}\n${JSON.stringify(desk.world.logged.at(-1))}`);
  const key = keyFrom(await desk.ask(`POST /api/v1/agents/${id}/keys`, { as: desk.admin }));
  await desk.ask(`POST /api/v1/agents/${id}/heartbeat`, { as: key, body: { fences: [] } });
  return key;
}

const as = (who: string, address: string, body?: unknown): Promise<Got> =>
  desk.ask(address, { as: keys[who], ...(body === undefined ? {} : { body }), headers: { prefer: 'respond-async' } });

describe.each(routes.map((route) => [route.name, route] as const))('%s', (_, route) => {
  /** Nothing has this name: whoever is admitted finds nothing, or is told what is wrong with the request. */
  const address = `${route.method} ${route.path.replaceAll(/\{\w+\}/g, 'nothing')}`;

  it.each([...principalRoles, ...agentRoles])('admits %s as the table says', async (role) => {
    const kind = (principalRoles as readonly string[]).includes(role) ? 'person' : 'agent';
    const caller: Caller = { id: role, kind, roles: [role], owner_id: null };
    const { status, body } = await as(role, address);
    if (mayCall(caller, route.name)) expect([401, 403]).not.toContain(status);
    else expect([status, body.code]).toEqual([403, 'forbidden']);
  });

  it('needs a credential, unless it is open', async () => {
    const { status } = await desk.ask(address);
    expect(status === 401).toBe(!isOpen(route));
  });

  it.each([
    ['malformed', 'mk.nonsense'],
    ['cut short', 'mk.key_01jxxxxxxxxxxxxxxxxxxxxxxx.short'],
    ['unknown', `mk.key_01jxxxxxxxxxxxxxxxxxxxxxxx.${'A'.repeat(43)}`],
    ['a token without a signature', 'eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJhZG1pbiJdfQ.'],
  ])('refuses a key that is %s', async (_, key) => {
    expect((await desk.ask(address, { as: key })).body.code).toBe('unauthenticated');
  });

  it('refuses a deleted key', async () => {
    expect((await as('deleted', address)).body.code).toBe('unauthenticated');
  });
});

describe('a job', () => {
  const definition = {
    job_name: 'scan',
    job_description: 'Scan the code',
    category: 'core_security',
    primary_agent: 'worker',
    max_budget_usd: 1,
  };
  let job = '';
  let serviceJob = '';
  beforeAll(async () => {
    await desk.ask('PUT /api/v1/principals/robot', {
      as: desk.admin,
      body: { kind: 'service', roles: ['submitter'], owner_id: 'boss' },
    });
    keys['robot'] = keyFrom(await desk.ask('POST /api/v1/principals/robot/keys', { as: desk.admin }));
    job = String((await as('submitter', 'POST /api/v1/deployment/jobs', definition)).body['job_id']);
    serviceJob = String((await as('robot', 'POST /api/v1/deployment/jobs', definition)).body['job_id']);
    await desk.world.settle();
  });

  const reads = ['', '/deployments', '/plan', '/events'];

  it.each(['submitter', 'reader', 'operator', 'admin'])('is seen by %s', async (who) => {
    for (const read of reads) expect((await as(who, `GET /api/v1/deployment/jobs/${job}${read}`)).status).toBe(200);
  });

  it.each(['rival', 'boss', 'robot', 'approver', 'ci'])('does not exist for %s', async (who) => {
    for (const read of reads) {
      expect((await as(who, `GET /api/v1/deployment/jobs/${job}${read}`)).body.code).toBe('not_found');
    }
    for (const verb of ['cancel', 'retry']) {
      expect((await as(who, `POST /api/v1/deployment/jobs/${job}/${verb}`)).body.code).toBe('not_found');
    }
    const changed = await as(who, `PUT /api/v1/deployment/jobs/${job}/definition`, definition);
    expect(changed.body.code).toBe('not_found');
  });

  it('of a service is its owner’s too', async () => {
    expect((await as('boss', `GET /api/v1/deployment/jobs/${serviceJob}`)).status).toBe(200);
    expect((await as('rival', `GET /api/v1/deployment/jobs/${serviceJob}`)).status).toBe(404);
  });

  it.each([
    ['submitter', 1],
    ['robot', 1],
    ['boss', 1],
    ['rival', 0],
    ['approver', 0],
    ['reader', 2],
  ])('is in the list of those who see it: %s has %i', async (who, count) => {
    expect((await as(who, 'GET /api/v1/deployment/jobs')).body.items).toHaveLength(count);
  });

  it('asks its heads, and takes a ballot from nobody else', async () => {
    const address = `/api/v1/deployment/approvals/${job}`;
    const question = await as('head', `GET ${address}`);
    expect(question.status).toBe(200);
    const ballot = {
      definition_sha256: question.body['definition_sha256'],
      decision: 'yes',
      confidence: 0.9,
      reasoning: 'It is read only.',
    };
    const cast = async (who: string, decision = 'yes') =>
      (await as(who, `POST ${address}/ballots`, { ...ballot, decision })).body.code;
    expect(await cast('admin')).toBe('forbidden');
    expect(await cast('submitter')).toBe('forbidden');
    expect(await cast('stranger')).toBe('not_found');
    expect(await cast('worker')).toBe('not_eligible');
    expect(await cast('approver')).toBe('not_eligible');
    expect(await cast('head')).toBeUndefined();
    expect(await cast('head', 'no')).toBe('already_voted');
  });
});

describe('an agent', () => {
  it.each([
    'GET /api/v1/agents/worker',
    'POST /api/v1/agents/worker/heartbeat',
    'POST /api/v1/agents/worker/tasks/claim',
    'POST /api/v1/agents/worker/messages/receive',
  ])('does what is its own, and finds nothing of another: %s', async (address) => {
    const body = address.startsWith('GET') ? undefined : address.endsWith('heartbeat') ? { fences: [] } : {};
    expect((await as('worker', address, body)).status).toBe(200);
    expect((await as('stranger', address, body)).body.code).toBe('not_found');
  });

  it('says of itself what is its own to say, and nothing of its role', async () => {
    expect((await as('worker', 'PUT /api/v1/agents/worker', { model: 'a-model' })).status).toBe(200);
    expect((await as('worker', 'PUT /api/v1/agents/worker', { role: 'supervisor' })).body.code).toBe('forbidden');
    expect((await as('stranger', 'PUT /api/v1/agents/worker', { model: 'x' })).body.code).toBe('not_found');
  });

  it('sees no tasks of others', async () => {
    expect((await as('stranger', 'GET /api/v1/tasks')).body.items).toEqual([]);
  });
});
