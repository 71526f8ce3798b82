import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamEvents } from '../../shared/events/feed.ts';
import { deleteTool } from '../../shared/tools/delete-tool.ts';
import { getTool, listTools } from '../../shared/tools/read.ts';
import { firstTools, toolsByNames } from '../../shared/tools/store.ts';
import { RegisterTool, Tool } from '../../shared/tools/tool.ts';
import { returnTools, useTools } from '../../shared/tools/use.ts';
import { openWorld, type World } from '../world.ts';
import { admin, register } from './a-tool.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const bells = () => world.rung.splice(0).map(({ bell, id }) => `${bell} ${id}`);
const get = (name = 'linter') => getTool(world.platform, admin, { name });
const remove = (name = 'linter') => deleteTool(world.platform, admin, { name });
const use = (deployment_id: string, ...tools: [string, number][]) =>
  world.platform.db.transaction('use', (tx) =>
    useTools(tx, {
      deployment_id,
      tools: tools.map(([tool_name, estimated_calls]) => ({ tool_name, estimated_calls })),
    }),
  );
const giveBack = (deployment_id: string) =>
  world.platform.db.transaction('return', (tx) => returnTools(tx, deployment_id));
const calls = async (name = 'linter') => (await toolsByNames(world.platform.db.read, [name]))[0]?.calls;
const history = async () =>
  (await streamEvents(world.platform.db.read, { stream: 'tool:linter', after: 0, limit: 10 })).map(
    ({ type, number }) => `${number} ${type}`,
  );

describe('registering a tool', () => {
  const full = {
    tool_type: 'service',
    description: 'Python security scanner',
    probe_url: 'https://linter.example/health',
    rate_limit: 60,
    secret_name: 'linter-key',
    secret_expires_at: '2026-06-01T00:00:00+02:00',
  };

  it('keeps all that was said, and no more', async () => {
    const answer = await register(world, full);
    expect(answer).toEqual({
      ...full,
      name: 'linter',
      version: 1,
      secret_expires_at: new Date('2026-05-31T22:00:00Z'),
      changed_at: world.clock.now(),
    });
    expect(await get()).toEqual(answer);
    expect(() => Tool.parse(Tool.encode(answer))).not.toThrow();
    expect(await register(world, { name: 'bare' })).toMatchObject({
      tool_type: 'api',
      probe_url: null,
      rate_limit: null,
      secret_name: null,
    });
  });

  it('wakes who waits for it, for its credential, and for the one it had before', async () => {
    await register(world);
    expect(bells()).toEqual(['wake tool:linter']);
    await register(world, { secret_name: 'old' });
    await register(world, { secret_name: 'new' });
    expect(bells()).toEqual([
      'wake tool:linter',
      'wake credential:old',
      'wake tool:linter',
      'wake credential:new',
      'wake credential:old',
    ]);
  });

  it('the same again changes nothing, but wakes: what was missing may be there by now', async () => {
    const before = await register(world, full);
    bells();
    await world.advance(60);
    expect(await register(world, full)).toEqual(before);
    expect(await history()).toEqual(['1 registered']);
    expect(bells()).toEqual(['wake tool:linter', 'wake credential:linter-key']);
  });

  it('anew is the next version, with an event', async () => {
    await register(world, full);
    for (const facts of [{ ...full, rate_limit: 61 }, { ...full, secret_expires_at: '2027-01-01T00:00:00Z' }, {}])
      await register(world, facts);
    expect(await get()).toMatchObject({ version: 4, probe_url: null });
    expect(await history()).toEqual(['1 registered', '2 registered', '3 registered', '4 registered']);
  });

  it.each([
    [{ probe_url: 'ftp://linter.example/' }, 'probe_url'],
    [{ probe_url: 'https://user:word@linter.example/' }, 'probe_url'],
    [{ probe_url: 'linter' }, 'probe_url'],
    [{ rate_limit: 0 }, 'rate_limit'],
    [{ rate_limit: 1.5 }, 'rate_limit'],
    [{ secret_name: '../key' }, 'secret_name'],
    [{ secret_expires_at: '2026-06-01T00:00:00Z' }, 'secret_name'],
    [{ name: 'Linter' }, 'name'],
  ])('refuses %j', (facts, where) => {
    const parsed = RegisterTool.safeParse({ name: 'linter', ...facts });
    expect(parsed.error?.issues[0]?.path).toEqual([where]);
  });

  it('refuses what it does not know', () => {
    expect(RegisterTool.safeParse({ name: 'linter', secret: 'x' }).success).toBe(false);
  });
});

describe('deleting a tool', () => {
  it('makes it unknown, and its stream goes on when it is registered again', async () => {
    await register(world);
    await remove();
    await expect(get()).rejects.toMatchObject({ code: 'not_found' });
    await expect(remove()).rejects.toMatchObject({ code: 'not_found' });
    expect(await toolsByNames(world.platform.db.read, ['linter'])).toEqual([]);
    await register(world);
    expect(await history()).toEqual(['1 registered', '2 deleted', '3 registered']);
  });

  it('is refused while jobs execute with it', async () => {
    await register(world);
    await use('deploy_1', ['linter', 1]);
    await expect(remove()).rejects.toMatchObject({
      code: 'in_use',
      facts: { detail: expect.stringContaining('deploy_1') },
    });
    await giveBack('deploy_1');
    await remove();
  });
});

describe('calls', () => {
  it('are counted while the job executes, for a minute from its start', async () => {
    await register(world);
    await use('deploy_1', ['linter', 5], ['other', 1], ['linter', 2]);
    await world.advance(30);
    await use('deploy_2', ['linter', 10]);
    expect(await calls()).toBe(17);
    await world.advance(30);
    expect(await calls()).toBe(10);
    await world.advance(30);
    expect(await calls()).toBe(0);
  });

  it('are given back once, and wake who waits for the tools', async () => {
    await register(world);
    await use('deploy_1', ['linter', 5], ['other', 1]);
    bells();
    await giveBack('deploy_1');
    expect([await calls(), bells().toSorted()]).toEqual([0, ['wake tool:linter', 'wake tool:other']]);
    await giveBack('deploy_1');
    expect(bells()).toEqual([]);
  });

  it('of no tools cost no row', async () => {
    await use('deploy_1');
    expect(await toolsByNames(world.platform.db.read, [])).toEqual([]);
  });
});

it('tools are listed by name, page by page', async () => {
  for (const name of ['b', 'a', 'd', 'c']) await register(world, { name });
  await remove('c');
  const page = async (after?: string) =>
    (await listTools(world.platform, admin, { after, limit: 2 })).map(({ name }) => name);
  expect([await page(), await page('b'), await page('d')]).toEqual([['a', 'b'], ['d'], []]);
  expect((await firstTools(world.platform.db.read, 2)).map(({ name }) => name)).toEqual(['a', 'b']);
});
