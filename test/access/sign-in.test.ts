/** An identity of Entra ID as a principal: how it appears, changes and ends. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authenticate } from '../../shared/access/authenticate.ts';
import { issueKey } from '../../shared/access/keys.ts';
import { deletePrincipal, getPrincipal, listPrincipals, putPrincipal } from '../../shared/access/principals.ts';
import { approvers } from '../../shared/access/store.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { verified } from '../events/a-chain.ts';
import { openWorld, type World } from '../world.ts';
import { admin, refusal } from './an-admin.ts';
import { anApp, app, openIssuer, person, tenant, type Claims, type Issuer } from './an-issuer.ts';

let world: World;
let issuer: Issuer;
beforeEach(async () => {
  issuer = await openIssuer(() => world.clock.now());
  world = await openWorld(issuer.settings);
});
afterEach(async () => {
  await world.close();
  await issuer.close();
});

const id = `${tenant}/${person}`;
const call = (changes: Claims = {}) => authenticate(world.platform, `Bearer ${issuer.token(changes)}`);
const row = () => getPrincipal(world.platform, admin, { id });
const events = () => streamEvents(world.platform.db.read, { stream: `principal:${id}`, after: 0, limit: 100 });
const put = (input: Partial<Parameters<typeof putPrincipal>[2]> = {}) =>
  putPrincipal(world.platform, admin, { id, kind: 'person', roles: ['submitter'], ...input });

describe('the first call', () => {
  it('makes a principal, once for those that come at once', async () => {
    await Promise.all([call(), call(), call()]);
    expect(await row()).toMatchObject({
      id,
      kind: 'person',
      name: 'Pat',
      roles: ['submitter'],
      owner_id: null,
      version: 1,
    });
    expect(await events()).toMatchObject([{ type: 'signed_in', actor: id, data: { kind: 'person', name: 'Pat' } }]);
  });

  it('of somebody without a role makes none: a tenant has many people', async () => {
    await call({ roles: [] });
    expect(await listPrincipals(world.platform, admin, { limit: 10 })).toEqual([]);
  });

  it('of an app makes a service with its id for a name', async () => {
    await call(anApp);
    expect(await listPrincipals(world.platform, admin, { limit: 10 })).toMatchObject([{ kind: 'service', name: app }]);
  });

  it('keeps a name on one line, and short', async () => {
    await call({ name: `a\nb\u0000${'😀'.repeat(200)}` });
    const { name } = await row();
    expect(name).toHaveLength(200);
    expect(name.startsWith('a b 😀')).toBe(true);
    expect(name.isWellFormed()).toBe(true);
  });
});

describe('a later call', () => {
  it('writes nothing where nothing has changed', async () => {
    await call();
    await world.advance(600);
    await call();
    expect(await row()).toMatchObject({ version: 1 });
  });

  it('takes over roles and name of a newer token, and who lost its roles has none', async () => {
    await call();
    await world.advance(600);
    expect(await call({ roles: ['approver', 'reader'], name: 'Pat P.' })).toMatchObject({
      roles: ['approver', 'reader'],
    });
    expect(await row()).toMatchObject({ name: 'Pat P.', roles: ['approver', 'reader'], version: 2 });
    expect(await approvers(world.platform.db.read, {})).toMatchObject([{ id }]);
    await world.advance(600);
    await call({ roles: [] });
    expect(await approvers(world.platform.db.read, {})).toEqual([]);
    expect(verified(await events())).toBeUndefined();
  });

  it('with an older token has the roles of that token, and changes nothing', async () => {
    const old = issuer.token();
    await call();
    await world.advance(600);
    await call({ roles: ['reader'] });
    expect(await authenticate(world.platform, `Bearer ${old}`)).toMatchObject({ roles: ['submitter'] });
    await call({ roles: ['reader'] });
    expect(await row()).toMatchObject({ roles: ['reader'], version: 2 });
  });

  it('with an older token opens no transaction: it may be used for an hour', async () => {
    const old = issuer.token();
    await call();
    await world.advance(600);
    await call({ roles: ['reader'] });
    const closed = { ...world.platform.db, transaction: () => Promise.reject(new Error('a transaction was opened')) };
    const caller = await authenticate({ ...world.platform, db: closed }, `Bearer ${old}`);
    expect(caller).toMatchObject({ roles: ['submitter'] });
  });

  it('with one of two tokens of the same second changes nothing: the first stands', async () => {
    const [one, other] = [issuer.token(), issuer.token({ roles: ['reader'] })];
    const callBy = (token: string) => authenticate(world.platform, `Bearer ${token}`);
    for (const token of [one, other, one, other]) await callBy(token);
    expect(await callBy(other)).toMatchObject({ roles: ['reader'] });
    expect(await row()).toMatchObject({ roles: ['submitter'], version: 1 });
  });

  it('rings for questions that wait for voters when somebody may vote now', async () => {
    await call();
    expect(world.rung).toEqual([]);
    await world.advance(60);
    await call({ roles: ['approver'] });
    expect(world.rung.map(({ bell, id: about }) => [bell, about])).toEqual([['wake', 'approvers']]);
    await world.advance(60);
    await call({ roles: ['approver', 'reader'] });
    expect(world.rung).toHaveLength(1);
  });
});

describe('an admin', () => {
  it('ends an identity for good, though its tokens are still good, and takes it back', async () => {
    await call();
    await deletePrincipal(world.platform, admin, { id });
    expect((await refusal(call())).code).toBe('unauthenticated');
    expect((await refusal(call({ roles: ['admin'] }))).code).toBe('unauthenticated');
    await put();
    expect(await call()).toMatchObject({ id });
  });

  it('gives it an owner, and neither roles nor a name nor a key', async () => {
    await call();
    await putPrincipal(world.platform, admin, { id: 'boss', kind: 'person', roles: [] });
    expect(await put({ owner_id: 'boss', if_match: '"1"' })).toMatchObject({ name: 'Pat', owner_id: 'boss' });
    expect(await call()).toMatchObject({ owner_id: 'boss' });
    const more = await refusal(put({ roles: ['admin'], if_match: '"2"' }));
    expect([more.code, more.facts.errors?.[0]?.pointer]).toEqual(['invalid', '/roles']);
    expect((await refusal(issueKey(world.platform, admin, { principal_id: id }))).code).toBe('conflict');
  });

  it('ends what it owns with an owner', async () => {
    await call();
    await putPrincipal(world.platform, admin, { id: 'boss', kind: 'person', roles: [] });
    await put({ owner_id: 'boss', if_match: '"1"' });
    await deletePrincipal(world.platform, admin, { id: 'boss' });
    expect((await refusal(call())).code).toBe('unauthenticated');
  });

  it('does not make one: it appears with its first call', async () => {
    const { code, message } = await refusal(put());
    expect([code, message]).toEqual([
      'not_found',
      'An identity of Entra ID appears here with its first call that carries a role.',
    ]);
  });
});
