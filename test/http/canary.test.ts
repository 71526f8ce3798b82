/** Row 12 of the proof, for this layer: secrets that are sent never come back, and never reach the log or the record. */
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { route } from '../../functions/http/route.ts';
import { keyParts } from '../../shared/access/keys.ts';
import { openDesk, plainRoutes, type Desk, type Got } from './desk.ts';

const canary = 'c4narySecretValue0123456789abcdefghijklmnop';
const adminKey = `mk.root.${canary}`;

/** Throws with what it was sent, as a careless library would. */
const careless = route('submitJob', 'POST /v1/careless', {
  body: z.strictObject({ token: z.string() }),
  answer: z.strictObject({}),
  refuses: [],
  run: ({ input, request }) => {
    throw new Error(`request failed: ${request.headers.get('authorization')} token=x?token=${input.token}`);
  },
});

let desk: Desk;
const answers: Got[] = [];
beforeAll(async () => {
  desk = await openDesk([careless, ...plainRoutes()], { MUSTER_ADMIN_KEY: adminKey });
});
afterAll(() => desk.close());

it('keeps them to itself, whatever is done with them', async () => {
  const ask = async (...request: Parameters<Desk['ask']>) => answers.push(await desk.ask(...request));
  const key = adminKey;
  const body = { kind: 'person', roles: ['reader'] };
  await ask('GET /api/v1/principals', { as: key });
  await ask('GET /api/v1/principals', { as: `${key}x` });
  await ask('GET /api/v1/principals', { headers: { authorization: `Basic ${canary}` } });
  await ask('GET /api/v1/principals/admin', { as: key, headers: { 'x-api-key': canary, cookie: `session=${canary}` } });
  await ask('PUT /api/v1/principals/pat', { as: key, body });
  await ask('PUT /api/v1/principals/pat', { as: key, body: `{"password":"${canary}" oops` });
  await ask('PUT /api/v1/principals/pat', { as: key, body: { ...body, kind: canary } });
  await ask('PUT /api/v1/principals/pat', { as: key, body: { ...body, roles: [canary] } });
  await ask('PUT /api/v1/principals/pat', { as: key, body: { ...body, owner_id: { secret: canary } } });
  await ask('PUT /api/v1/principals/pat', { as: key, body, headers: { 'if-match': `"${canary}"` } });
  await ask('PUT /api/v1/principals/pat', { as: key, body, headers: { traceparent: canary } });
  await ask(`GET /api/v1/principals?limit=${canary}`, { as: key });
  await ask(`GET /api/v1/principals?cursor=${canary}`, { as: key });
  await ask('POST /api/v1/careless', { as: key, body: { token: canary } });
  await ask('GET /api/docs', { as: key });
  expect(answers.map(({ status }) => status)).toContain(500);
});

it('is in no answer', () => {
  for (const { text, headers } of answers) {
    expect(text).not.toContain(canary);
    expect(JSON.stringify([...headers])).not.toContain(canary);
  }
});

it('is in no line of the log, though the fault was logged', async () => {
  const sue = await desk.person('sue', ['submitter']);
  await desk.ask('POST /api/v1/careless', { as: sue, body: { token: canary } });
  const log = JSON.stringify(desk.world.logged);
  expect(log).toContain('request failed');
  expect(log).not.toContain(canary);
  expect(log).not.toContain(keyParts(sue)?.secret);
});

it('is in no event, and in no table', async () => {
  const { read } = desk.world.platform.db;
  const tables = await read.run<{ name: string }>(
    CompiledQuery.raw("SELECT name FROM sqlite_schema WHERE type = 'table'"),
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const rows = await read.run(CompiledQuery.raw(`SELECT * FROM "${name}"`));
    expect(JSON.stringify(rows)).not.toContain(canary);
  }
});

it('shows a new key once, in the answer that made it', async () => {
  const issued = await desk.ask('POST /api/v1/principals/pat/keys', { as: adminKey });
  const secret = keyParts(String(issued.body['key']))?.secret ?? '';
  expect(secret).toHaveLength(43);
  for (const address of ['GET /api/v1/principals/pat', 'GET /api/v1/principals']) {
    expect((await desk.ask(address, { as: adminKey })).text).not.toContain(secret);
  }
  expect(JSON.stringify(desk.world.logged)).not.toContain(secret);
});
