import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventsOf } from '../../shared/events/store.ts';
import { getTemplate, listTemplates, putTemplate, withOverrides } from '../../shared/jobs/templates.ts';
import { openWorld, type World } from '../world.ts';
import { aDefinition } from './a-job.ts';

const admin = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null } as const;

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const names = async () =>
  (await listTemplates(world.platform.db.read)).map(({ name, version }) => `${name} ${version}`);
const found = (name: string) => getTemplate(world.platform.db.read, name);
const put = (name: string, facts: Record<string, unknown> = {}, if_match?: string) =>
  putTemplate(world.platform, admin, { name, definition: aDefinition(facts), if_match });

describe('templates', () => {
  it('are three at first', async () => {
    expect(await names()).toEqual(['content_generation 0', 'product_import 0', 'security_scan 0']);
  });

  it('hold no sensitive value, but may say where one comes', async () => {
    const sensitive = ['input.token'];
    await expect(put('with_secret', { input: { token: 'hunter2' }, sensitive })).rejects.toMatchObject({
      code: 'invalid',
      facts: { errors: [{ pointer: '/definition/input/token' }] },
    });
    await expect(put('with_place', { input: {}, sensitive })).resolves.toMatchObject({ version: 1 });
  });

  it.each(['security_scan', 'content_generation', 'product_import'])(
    '%s can be submitted as it stands',
    async (name) => {
      const template = await found(name);
      expect(withOverrides(template, {})).toEqual(template.definition);
      expect(template.definition.job_name).toBe(name);
    },
  );

  it('can be added, in the order of their names', async () => {
    expect(await put('deep_scan')).toMatchObject({ name: 'deep_scan', version: 1 });
    expect(await names()).toEqual(['content_generation 0', 'deep_scan 1', 'product_import 0', 'security_scan 0']);
    expect((await found('deep_scan')).definition).toEqual(aDefinition());
  });

  it('that are built in can be replaced', async () => {
    await put('security_scan', { priority: 2 }, '"0"');
    expect(await names()).toEqual(['content_generation 0', 'product_import 0', 'security_scan 1']);
    expect((await found('security_scan')).definition.priority).toBe(2);
  });

  it('count their versions, with an event each', async () => {
    await put('deep_scan');
    await put('deep_scan', { priority: 1 }, '"1"');
    expect((await found('deep_scan')).version).toBe(2);
    const events = await eventsOf(world.platform.db.read, { stream: 'template:deep_scan', after: 0, limit: 10 });
    expect(events.map(({ number, type, actor }) => [number, type, actor])).toEqual([
      [1, 'template_set', 'admin'],
      [2, 'template_set', 'admin'],
    ]);
  });

  it('are refused when somebody else was first', async () => {
    await put('deep_scan');
    await expect(put('deep_scan', {}, '"7"')).rejects.toMatchObject({ code: 'stale' });
    await expect(put('new_scan', {}, '"1"')).rejects.toMatchObject({ code: 'stale' });
  });

  it('that are not there are refused by name', async () => {
    await expect(found('nothing')).rejects.toMatchObject({
      code: 'unknown_template',
      message: 'There is no template "nothing".',
    });
    await expect(found('constructor')).rejects.toMatchObject({ code: 'unknown_template' });
  });
});

describe('overrides', () => {
  it('replace whole members, and leave the others', async () => {
    const template = await found('security_scan');
    const definition = withOverrides(template, {
      priority: 1,
      input: { path: '/src' },
      required_tools: [{ tool_name: 'x' }],
    });
    expect(definition).toMatchObject({
      job_name: 'security_scan',
      priority: 1,
      input: { path: '/src' },
      max_budget_usd: 0.5,
    });
    expect(definition.required_tools).toMatchObject([{ tool_name: 'x', estimated_calls: 1 }]);
    expect(template.definition.priority).toBe(3);
  });

  it('are refused where the whole does not fit, with a pointer to the override', async () => {
    const template = await found('security_scan');
    expect(() => withOverrides(template, { priority: 99, required_tools: [{ tool_name: 'X' }] })).toThrow(
      expect.objectContaining({
        code: 'invalid',
        facts: {
          errors: [
            { pointer: '/overrides/required_tools/0/tool_name', message: expect.any(String) as string },
            { pointer: '/overrides/priority', message: expect.any(String) as string },
          ],
        },
      }) as Error,
    );
  });
});
