/** A collector that is away, hangs or refuses: the road goes on as before. */
import { CompiledQuery } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../shared/platform/config.ts';
import { databaseOf } from '../../shared/platform/telemetry/database.ts';
import { resourceOf } from '../../shared/platform/telemetry/resource.ts';
import { tellingFailures } from '../../shared/platform/telemetry/telling-failures.ts';
import { openWorld, type World } from '../world.ts';
import { openCollector, type Collector } from './collector.ts';

let collector: Collector;
let world: World;
afterEach(() => collector.close());

async function telling(answer: () => number | undefined): Promise<void> {
  collector = await openCollector(answer);
  world = await openWorld({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await world.platform.telemetry.open();
  const anything = CompiledQuery.raw('SELECT 1');
  await world.platform.db.transaction('told', (tx) => tx.run(anything));
}

/** Closing waits for the collector on the process's clock, which stands still in a test. */
async function closed(): Promise<number> {
  const closing = world.close().then(() => 'closed');
  for (let seconds = 0; ; seconds++) {
    if ((await Promise.race([closing, world.advance(1)])) === 'closed') return seconds;
  }
}

test('a collector gets what there is when the process ends', async () => {
  await telling(() => 200);
  await world.close();
  expect(collector.spans().map(({ name }) => name)).toContain('transaction told');
});

test('one that never answers holds up the end for three seconds at most', async () => {
  await telling(() => undefined);
  expect(await closed()).toBeLessThanOrEqual(4);
});

test('one that refuses is told of in the log, once', async () => {
  await telling(() => 400);
  await world.close();
  const words = world.logged.map(({ msg }) => String(msg)).filter((msg) => msg.includes('collector'));
  expect(words.toSorted()).toEqual([
    'measures cannot be sent to the collector; they are dropped',
    'spans cannot be sent to the collector; they are dropped',
  ]);
});

describe('what fails to be sent', () => {
  test('is told when it begins and when it is over, and not in between', async () => {
    await telling(() => 200);
    const codes = [1, 1, 0, 0, 1];
    const exporter = {
      export: (_: string[], done: (result: { code: number }) => void) => done({ code: codes.shift() ?? 0 }),
    };
    const told = tellingFailures(exporter, 'notes', world.platform.log);
    const heard: number[] = [];
    for (let times = 0; times < 5; times++) told.export([], ({ code }) => heard.push(code));
    await world.close();
    expect(heard).toEqual([1, 1, 0, 0, 1]);
    expect(world.logged.filter(({ msg }) => String(msg).startsWith('notes')).map(({ level }) => level)).toEqual([
      'warn',
      'info',
      'warn',
    ]);
  });
});

const onAzure = { AZURE_SQL_SERVER: 's', SERVICEBUS__fullyQualifiedNamespace: 'b' };

test('a process says which it is, and which database it uses', async () => {
  await telling(() => 200);
  await world.close();
  for (const name of ['WEBSITE_INSTANCE_ID', 'WEBSITE_POD_NAME']) {
    const { attributes } = resourceOf(readConfig({ ...onAzure, [name]: 'i-1' }));
    expect(attributes).toMatchObject({ 'service.name': 'muster', 'service.instance.id': 'i-1' });
  }
  expect(databaseOf(readConfig({}))).toEqual({ 'db.system.name': 'sqlite', 'db.namespace': 'muster' });
  expect(databaseOf(readConfig({ AZURE_SQL_SERVER: 'x.database.windows.net,1433' }))).toEqual({
    'db.system.name': 'microsoft.sql_server',
    'db.namespace': 'muster',
    'server.address': 'x.database.windows.net',
  });
});
