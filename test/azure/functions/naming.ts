/** What the built app tells a host at its start. */
import { expect, it } from 'vitest';
import { routes } from '../../../functions/routes.ts';
import { stages } from '../../../functions/stages.ts';
import { timers } from '../../../functions/timers.ts';
import { bellNames } from '../../../shared/platform/platform.ts';
import { startApp, type App, type Packaged } from './an-app.ts';

const bus = {
  SERVICEBUS: 'Endpoint=sb://localhost;SharedAccessKeyName=k;SharedAccessKey=s;UseDevelopmentEmulator=true',
};

const triggersOf = (functions: App['functions'], type: string) =>
  Object.fromEntries(
    functions.filter(({ trigger }) => trigger.type === type).map(({ name, trigger }) => [name, trigger]),
  );

export function naming({ folder }: Packaged): void {
  async function named(settings: Record<string, string>): Promise<App['functions']> {
    const app = await startApp(folder, settings);
    await app.end();
    expect(app.said).toEqual([]);
    return app.functions;
  }

  it('are the operations, each with its method and path, for whoever may call it', async () => {
    const http = triggersOf(await named({}), 'httpTrigger');
    const expected = routes.map(({ name, method, path }) => [
      name,
      { route: path.slice(1), methods: method === 'GET' ? ['GET', 'HEAD'] : [method], authLevel: 'anonymous' },
    ]);
    expect(Object.keys(http)).toEqual(expected.map(([name]) => name));
    expect(http).toMatchObject(Object.fromEntries(expected));
  });

  it('are the timers, with the schedules of one process where everything is in it', async () => {
    const expected = timers.map(({ name, schedule, local_schedule }) => [
      name,
      { schedule: local_schedule ?? schedule },
    ]);
    expect(triggersOf(await named({}), 'timerTrigger')).toMatchObject(Object.fromEntries(expected));
  });

  it.each([bus, { AZURE_SQL_SERVER: 'sql.test' }])(
    'are the timers, with their own schedules for %j',
    async (settings) => {
      const expected = timers.map(({ name, schedule }) => [name, { schedule }]);
      expect(triggersOf(await named(settings), 'timerTrigger')).toMatchObject(Object.fromEntries(expected));
    },
  );

  it.each([bus, { SERVICEBUS__fullyQualifiedNamespace: 'muster.test' }])(
    'are the stages, each on the queue of its bell, for %j',
    async (settings) => {
      const expected = bellNames.map((bell) => [stages[bell].name, { queueName: bell, connection: 'SERVICEBUS' }]);
      expect(triggersOf(await named(settings), 'serviceBusTrigger')).toMatchObject(Object.fromEntries(expected));
    },
  );

  it('have no queues where bells ring in the process', async () => {
    const functions = await named({ SERVICEBUS: '' });
    expect(functions).toHaveLength(routes.length + timers.length);
    expect(triggersOf(functions, 'serviceBusTrigger')).toEqual({});
  });

  it('have names that the host tells apart, whatever their case', async () => {
    const functions = await named(bus);
    expect(functions).toHaveLength(routes.length + timers.length + bellNames.length);
    expect(new Set(functions.map(({ name }) => name.toLowerCase())).size).toBe(functions.length);
    for (const { name } of functions) expect(name).toMatch(/^[A-Za-z][\w-]{0,126}$/);
  });

  it('are named though the settings are wrong: the calls say so', async () => {
    const app = await startApp(folder, { MONTHLY_BUDGET_USD: 'plenty' });
    expect(app.functions).toHaveLength(routes.length + timers.length);
    expect(await app.http('getLiveness', { path: '/api/health/live' })).toMatchObject({ status: 200 });
    const { status, text } = await app.http('listJobs', { path: '/api/v1/deployment/jobs' });
    expect(status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', instance: '/api/v1/deployment/jobs' });
    expect(text).not.toContain('MONTHLY');
    await app.end();
    expect(app.written()).toContain('MONTHLY_BUDGET_USD: expected US dollars');
  });
}
