import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/access/caller.ts';
import { listActionItems } from '../../shared/access/list-action-items.ts';
import { getAgent } from '../../shared/agents/read.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { recoverAgents } from '../../shared/liveness/recover.ts';
import { restoreAgent } from '../../shared/liveness/restore.ts';
import { findRecovery } from '../../shared/liveness/store.ts';
import { isSigned } from '../../shared/platform/outbound/signature.ts';
import { registerAgent } from '../../shared/tasks/register-agent.ts';
import { openServer, type Said, type Server } from '../readiness/a-server.ts';
import { admin, openCrew, type Crew } from '../tasks/crew.ts';
import { noteFailures } from './failures.ts';

const agent_id = 'worker_1';
const olga: Caller = { id: 'olga', kind: 'person', roles: ['operator'], owner_id: null };

let crew: Crew;
let server: Server;
let said: Said | Promise<Said> = {};
beforeEach(async () => {
  server = await openServer(() => said);
  crew = await openCrew();
  await crew.register(agent_id, { max_concurrent_tasks: 5 });
  await crew.beat(agent_id, []);
});
afterEach(async () => {
  await crew.close();
  await server.close();
});

const run = () => recoverAgents(crew.platform);
const state = async () => (await getAgent(crew.platform, admin, { agent_id })).state;
const events = async () =>
  (await streamEvents(crew.platform.db.read, { stream: `agent:${agent_id}`, after: 1, limit: 100 })).filter(
    ({ type }) => type !== 'changed',
  );
const types = async () => (await events()).map(({ type }) => type);
const items = () => listActionItems(crew.platform, admin, { limit: 10 });
const isLookedAt = async () => (await findRecovery(crew.platform.db.read, { agent_id })) !== undefined;

const fail = (count: number) => noteFailures(crew.platform, agent_id, count);

const registered = () => registerAgent(crew.platform, admin, { agent_id, endpoint: server.url });

/** Ten of its tasks have failed, and it was found out. */
async function isolated(): Promise<void> {
  await fail(10);
  await run();
}

describe('an agent that fails at half of its last tasks', () => {
  it('is isolated, and what it holds goes to others', async () => {
    const [id = ''] = await crew.queue({});
    await crew.claim(agent_id);
    await fail(9);
    await run();
    expect(await state()).toBe('active');
    await fail(1);
    await run();
    expect(await state()).toBe('isolated');
    expect(await crew.task(id)).toMatchObject({ state: 'queued', attempts: 1, fence: 2 });
    expect((await events()).map(({ type, actor, data }) => ({ type, actor, data }))).toEqual([
      { type: 'isolated', actor: 'muster', data: { reason: '10 of its last 10 tasks failed' } },
      { type: 'redistributed', actor: 'muster', data: { queued: 1, ended: 0 } },
    ]);
  });

  it('comes back by its next good heartbeat, after an interval', async () => {
    await isolated();
    await crew.advance(29);
    await crew.beat(agent_id, []);
    await run();
    expect(await state()).toBe('isolated');
    crew.heard();
    await crew.advance(1);
    await run();
    expect(await state()).toBe('active');
    expect(crew.heard()).toEqual([`wake agent:${agent_id}`]);
    expect(await types()).toEqual(['isolated', 'redistributed', 'recovered']);
    expect((await events()).at(-1)?.data).toEqual({ tries: 1, by: 'heartbeat' });
    expect(await isLookedAt()).toBe(false);
  });

  it('is looked at three times, then people are told, and it stays isolated', async () => {
    await isolated();
    for (const seconds of [30, 60]) {
      await crew.advance(seconds);
      await run();
      expect(await types()).toHaveLength(2);
    }
    await crew.advance(119);
    await run();
    expect(await items()).toEqual([]);
    await crew.advance(1);
    await run();
    expect(await types()).toEqual(['isolated', 'redistributed', 'not_recovered', 'escalated']);
    expect(await items()).toMatchObject([
      {
        code: 'agent_not_recovered',
        subject: agent_id,
        done_at: null,
        detail: expect.stringContaining('no heartbeat'),
      },
    ]);
    expect(crew.logged.at(-1)).toMatchObject({ level: 'error', agent: agent_id });
    await crew.advance(3600);
    await crew.beat(agent_id, []);
    await run();
    expect(await state()).toBe('isolated');
    await restoreAgent(crew.platform, olga, { agent_id });
    expect(await items()).toMatchObject([{ done_by: 'olga' }]);
  });

  it('counts only what it does from then on', async () => {
    await isolated();
    await crew.advance(30);
    await crew.beat(agent_id, []);
    await run();
    await crew.advance(1);
    await fail(9);
    await run();
    expect(await state()).toBe('active');
    expect(await isLookedAt()).toBe(false);
    await fail(1);
    await run();
    expect(await state()).toBe('isolated');
  });
});

describe('an agent with an endpoint', () => {
  it('comes back when its endpoint answers a signed probe', async () => {
    const { endpoint_secret } = await registered();
    await isolated();
    said = { status: 500 };
    await crew.advance(30);
    await run();
    said = { status: 200 };
    await crew.advance(60);
    await run();
    expect(await types()).toEqual(['isolated', 'redistributed', 'recovered']);
    expect((await events()).at(-1)?.data).toEqual({ tries: 2, by: 'probe' });
    await crew.beat(agent_id, []);
    expect(await state()).toBe('active');
    for (const { headers, body } of server.asked) {
      expect(JSON.parse(body)).toEqual({ type: 'probe', agent_id });
      const received = { headers: headers as Record<string, string>, body, at: crew.clock.now() };
      expect(isSigned(endpoint_secret ?? '', received)).toBe(true);
    }
    expect(new Set(server.asked.map((each) => each.headers['webhook-id'])).size).toBe(2);
  });

  it('is not helped by heartbeats while nobody answers there', async () => {
    await registered();
    await isolated();
    await server.close();
    for (const seconds of [30, 60, 120]) {
      await crew.advance(seconds);
      await crew.beat(agent_id, []);
      await run();
    }
    expect(await types()).toEqual(['isolated', 'redistributed', 'not_recovered', 'escalated']);
    expect((await items())[0]?.detail).toContain('its endpoint');
  });
});

describe('an operator', () => {
  it('who restores an agent ends its recovery', async () => {
    await isolated();
    await restoreAgent(crew.platform, olga, { agent_id });
    expect(await isLookedAt()).toBe(false);
    await crew.advance(3600);
    await run();
    expect(await types()).toEqual(['isolated', 'redistributed', 'restored']);
  });

  it('who isolates an agent that is to recover keeps it isolated', async () => {
    await isolated();
    await isolateAgent(crew.platform, olga, { agent_id, reason: 'I want to look at it' });
    await crew.advance(30);
    await crew.beat(agent_id, []);
    await run();
    expect(await state()).toBe('isolated');
    expect(await types()).toEqual(['isolated', 'redistributed', 'kept_isolated']);
  });

  it('who isolates twice an agent that was about to be looked at tells it once', async () => {
    await isolateAgent(crew.platform, olga, { agent_id, reason: 'it lies' });
    await fail(10);
    await isolateAgent(crew.platform, olga, { agent_id, reason: 'it lies' });
    expect(await types()).toEqual(['isolated', 'redistributed']);
    expect(await isLookedAt()).toBe(false);
  });

  it('who was first leaves nothing to do', async () => {
    await fail(10);
    await retireAgent(crew.platform, admin, { agent_id });
    await run();
    expect(await types()).toEqual(['retired']);
    expect(await isLookedAt()).toBe(false);
  });

  it('who retires an isolated agent ends its recovery', async () => {
    await isolated();
    await retireAgent(crew.platform, admin, { agent_id });
    await crew.advance(30);
    await run();
    expect(await types()).toEqual(['isolated', 'redistributed', 'retired']);
    expect(await isLookedAt()).toBe(false);
  });
});

describe('two who look at once', () => {
  it('take each agent once', async () => {
    await fail(10);
    await Promise.all([run(), run()]);
    expect(await types()).toEqual(['isolated', 'redistributed']);
  });

  it('write once: who took it earlier comes too late', async () => {
    await registered();
    await isolated();
    await crew.advance(30);
    const { promise, resolve } = Promise.withResolvers<Said>();
    said = promise;
    const held = run();
    while (server.asked.length === 0) await new Promise(setImmediate);
    await crew.advance(61);
    said = { status: 500 };
    await run();
    resolve({ status: 200 });
    await held;
    expect(await state()).toBe('isolated');
    expect(await types()).toEqual(['isolated', 'redistributed']);
  });
});
