/** A2A cards: Muster's own, and those that agents have registered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../functions/routes.ts';
import { keyFrom, openDesk, type Desk } from './desk.ts';

let desk: Desk;
let agent = '';
const card = { name: 'Scanner', supportedInterfaces: [{ url: 'https://x.example/a2a' }], 'x-own': { Kept: [1, null] } };

beforeAll(async () => {
  desk = await openDesk(routes);
  for (const id of ['scanner', 'bare'])
    await desk.ask(`PUT /api/v1/agents/${id}`, { as: desk.admin, body: { role: 'worker' } });
  agent = keyFrom(await desk.ask('POST /api/v1/agents/scanner/keys', { as: desk.admin }));
  await desk.ask('PUT /api/v1/agents/scanner', { as: agent, body: { card } });
});
afterAll(() => desk.close());

describe('the card of an agent', () => {
  it('is served as it was given, to the agent and to readers', async () => {
    for (const as of [agent, desk.admin]) {
      const { status, body } = await desk.ask('GET /api/v1/agents/scanner/card', { as });
      expect([status, body]).toEqual([200, card]);
    }
  });

  it('is not found where there is none, or to another agent', async () => {
    const none = await desk.ask('GET /api/v1/agents/bare/card', { as: desk.admin });
    expect(none.body).toMatchObject({ code: 'not_found', detail: 'The agent has registered no card.' });
    expect((await desk.ask('GET /api/v1/agents/bare/card', { as: agent })).body.code).toBe('not_found');
    expect((await desk.ask('GET /api/v1/agents/nobody/card', { as: desk.admin })).body.code).toBe('not_found');
  });
});

describe("Muster's own card", () => {
  it('has every field that A2A 1.0 requires, and needs no credential', async () => {
    const { status, body } = await desk.ask('GET /.well-known/agent-card.json');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'Muster',
      description: expect.any(String),
      version: expect.any(String),
      supportedInterfaces: [
        { url: 'http://muster.test/api', protocolBinding: expect.any(String), protocolVersion: '1.0' },
      ],
      capabilities: expect.any(Object),
      defaultInputModes: ['application/json'],
      defaultOutputModes: ['application/json'],
    });
    for (const skill of body['skills'] as object[])
      expect(Object.keys(skill).toSorted()).toEqual(['description', 'id', 'name', 'tags']);
  });
});
