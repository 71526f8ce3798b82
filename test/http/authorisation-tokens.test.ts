/** Row 10 of the proof for tokens of Entra ID: every operation for every app role, and tokens that are not good. */
import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOpen } from '../../functions/http/codes.ts';
import { routes } from '../../functions/routes.ts';
import { stages } from '../../functions/stages.ts';
import { principalRoles, type Caller } from '../../shared/access/caller.ts';
import { mayCall } from '../../shared/access/permissions.ts';
import { compact, hs256, openIssuer, person, rs256, tenant, type Claims, type Issuer } from '../access/an-issuer.ts';
import { aDefinition } from '../jobs/a-job.ts';
import { openDesk, type Desk } from './desk.ts';

let desk: Desk;
let issuer: Issuer;

beforeAll(async () => {
  issuer = await openIssuer(() => desk.world.clock.now());
  const answer: Parameters<typeof openDesk>[2] = { answer: (platform, { bell, id }) => stages[bell].run(platform, id) };
  desk = await openDesk(routes, issuer.settings, answer);
});
afterAll(async () => {
  await desk.close();
  await issuer.close();
});

/** Each role has a person of its own. */
const oidOf = (name: string): string => `${hash('sha256', name).slice(0, 8)}${person.slice(8)}`;
const tokenOf = (role: string, changes: Claims = {}): string =>
  issuer.token({ oid: oidOf(role), roles: [role], ...changes });

const iat = () => Math.floor(desk.world.clock.now().getTime() / 1000);

const bad: [string, () => string][] = [
  ['that is over', () => issuer.token({ roles: ['admin'], exp: iat() - 3600 })],
  ['that has not begun', () => issuer.token({ roles: ['admin'], nbf: iat() + 3600 })],
  ['for another audience', () => issuer.token({ roles: ['admin'], aud: person })],
  ['of another tenant', () => issuer.token({ roles: ['admin'], tid: person })],
  [
    'of another issuer',
    () => issuer.token({ roles: ['admin'], iss: `https://login.microsoftonline.com/${person}/v2.0` }),
  ],
  ['with alg none', () => compact({ alg: 'none' }, issuer.claims({ roles: ['admin'] }), () => Buffer.alloc(0))],
  [
    'with HS256 and the public key',
    () => {
      const pem = issuer.keys[0]?.publicKey.export({ format: 'pem', type: 'spki' });
      return compact({ alg: 'HS256', kid: 'key-1' }, issuer.claims({ roles: ['admin'] }), hs256(String(pem)));
    },
  ],
  ['without an object', () => issuer.token({ roles: ['admin'], oid: undefined })],
];

describe.each(routes.map((route) => [route.name, route] as const))('%s', (_, route) => {
  const address = `${route.method} ${route.path.replaceAll(/\{\w+\}/g, 'nothing')}`;

  it.each(principalRoles)('admits the app role %s as the table says', async (role) => {
    const caller: Caller = { id: role, kind: 'person', roles: [role], owner_id: null };
    const headers = { prefer: 'respond-async' };
    const { status, body } = await desk.ask(address, { as: tokenOf(role), headers });
    if (mayCall(caller, route.name)) expect([401, 403]).not.toContain(status);
    else expect([status, body.code]).toEqual([403, 'forbidden']);
  });

  it.each(bad)('refuses a token %s', async (__, token) => {
    expect((await desk.ask(address, { as: token() })).body.code).toBe('unauthenticated');
  });

  it('lets somebody without a role do what everybody may, and what concerns jobs of their own', async () => {
    const { status } = await desk.ask(address, { as: issuer.token({ oid: oidOf('nobody'), roles: [] }) });
    const nobody: Caller = { id: 'x', kind: 'person', roles: [], owner_id: null };
    expect(status === 403).toBe(!mayCall(nobody, route.name));
    expect(status).not.toBe(401);
    expect(isOpen(route) && status === 403).toBe(false);
  });
});

describe('a person of the tenant', () => {
  it('submits, sees their own jobs, and nobody else’s', async () => {
    const [pat, sue] = ['submitter', 'submitter-two'].map((name) =>
      issuer.token({ oid: oidOf(name), roles: ['submitter'] }),
    );
    const headers = { prefer: 'respond-async' };
    const made = await desk.ask('POST /api/v1/deployment/jobs', { as: pat, body: aDefinition(), headers });
    expect(made.status).toBe(202);
    const address = `GET /api/v1/deployment/jobs/${String(made.body['job_id'])}`;
    expect((await desk.ask(address, { as: pat })).body).toMatchObject({
      submitted_by: `${tenant}/${oidOf('submitter')}`,
    });
    expect((await desk.ask(address, { as: sue })).status).toBe(404);
    expect((await desk.ask('GET /api/v1/deployment/jobs', { as: sue })).body.items).toEqual([]);
  });

  it('is a principal under its id, with the slash encoded', async () => {
    await desk.ask('GET /api/v1/deployment/jobs', { as: tokenOf('operator') });
    const address = `/api/v1/principals/${encodeURIComponent(`${tenant}/${oidOf('operator')}`)}`;
    const found = await desk.ask(`GET ${address}`, { as: desk.admin });
    expect(found.body).toMatchObject({ kind: 'person', roles: ['operator'] });
    const key = await desk.ask(`POST ${address}/keys`, { as: desk.admin });
    expect([key.status, key.body.code]).toEqual([409, 'conflict']);
    expect((await desk.ask(`DELETE ${address}`, { as: desk.admin })).status).toBe(204);
    expect((await desk.ask('GET /api/v1/deployment/jobs', { as: tokenOf('operator') })).status).toBe(401);
  });

  it('owns an agent, once it has called', async () => {
    await desk.ask('GET /api/v1/deployment/jobs', { as: tokenOf('reader') });
    const body = { role: 'worker', owner_id: `${tenant}/${oidOf('reader')}` };
    expect((await desk.ask('PUT /api/v1/agents/robot', { as: desk.admin, body })).body).toMatchObject(body);
  });

  it('with the app role admin is the first admin, without a key', async () => {
    const body = { kind: 'person', roles: ['reader'] };
    expect((await desk.ask('PUT /api/v1/principals/lee', { as: tokenOf('admin'), body })).status).toBe(200);
  });
});

it('while the keys of the tenant cannot be had, callers are told to try again', async () => {
  issuer.trouble = { status: 500 };
  await desk.world.advance(60);
  const token = compact({ alg: 'RS256', kid: 'key-9' }, issuer.claims({ roles: ['admin'] }), rs256(issuer.rotate()));
  const { status, body, headers } = await desk.ask('GET /api/v1/principals', { as: token });
  expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'unavailable', '30']);
});
