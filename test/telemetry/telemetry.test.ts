import { globSync, readFileSync } from 'node:fs';
import { CompiledQuery, type Kysely } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { currentTrace, withTrace } from '../../shared/platform/context.ts';
import { loseRace, refuse } from '../../shared/outcomes.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import { statementNames } from '../../shared/platform/telemetry/statement-names.ts';
import { Telemetry } from '../../shared/platform/telemetry/telemetry.ts';
import { readSource } from '../house/source.ts';
import { openWorld, type World } from '../world.ts';
import { startRecording, type Recording } from './recording.ts';

const one = '00-11111111111111111111111111111111-1111111111111111-01';
const other = '00-22222222222222222222222222222222-2222222222222222-01';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function listening(): Promise<{ telemetry: Telemetry; recording: Recording; world: World }> {
  const recording = startRecording();
  world = await openWorld({}, { recorder: recording.recorder });
  const { telemetry } = world.platform;
  await telemetry.open();
  recording.forget();
  return { telemetry, recording, world };
}

describe('while nobody listens', () => {
  test('statements are run as they are', async () => {
    world = await openWorld();
    const run: Reads['run'] = async () => [];
    expect(world.platform.telemetry.statements(run)).toBe(run);
  });

  test('work is done, and what is told is dropped', async () => {
    world = await openWorld();
    const { telemetry } = world.platform;
    const value = await telemetry.span({ name: 'a', kind: 'server' }, async () => {
      telemetry.note({ a: 1 });
      telemetry.fault(new Error('caught'));
      telemetry.measure('muster.job.duration', 1, {});
      telemetry.past({ name: 'b', parent: null, attributes: {}, began: new Date(), ended: new Date(), failed: false });
      return 'done';
    });
    expect([value, telemetry.isOpen]).toEqual(['done', false]);
  });

  test('work goes on in the trace of what it is for, and nothing else of it changes', async () => {
    world = await openWorld();
    const { telemetry } = world.platform;
    const joined = await withTrace(one, () => telemetry.join({ name: 'a', trace: other }, async () => currentTrace()));
    expect(joined).toBe(other);
  });

  test('no file but those that are loaded then knows OpenTelemetry', () => {
    const root = new URL('../../', import.meta.url);
    const paths = globSync('{shared,functions,local}/**/*.ts', { cwd: root.pathname });
    const knowing = paths.filter((path) =>
      readSource(path, readFileSync(new URL(path, root), 'utf8')).imports.some(
        ({ to, typesOnly }) => to.startsWith('@opentelemetry/') && !typesOnly,
      ),
    );
    expect(knowing.toSorted()).toEqual(
      ['insights', 'open-span', 'otlp', 'recorder', 'resource'].map((name) => `shared/platform/telemetry/${name}.ts`),
    );
  });
});

describe('the recorder', () => {
  test('is opened a while after the first answer, not before', async () => {
    const recording = startRecording();
    world = await openWorld({}, { recorder: recording.recorder });
    const { telemetry } = world.platform;
    telemetry.openSoon();
    telemetry.openSoon();
    await world.advance(0.2);
    expect(telemetry.isOpen).toBe(false);
    await world.advance(0.1);
    expect(telemetry.isOpen).toBe(true);
  });

  test('that cannot be opened is logged, and the road goes on without it', async () => {
    world = await openWorld();
    const { clock, log } = world.platform;
    const telemetry = new Telemetry(() => Promise.reject(new Error('no such package')), { clock, log });
    await telemetry.open();
    expect(await telemetry.span({ name: 'a' }, async () => 'done')).toBe('done');
    expect(world.logged.map(({ msg }) => msg)).toEqual(['telemetry could not be opened; nothing will be told']);
    await telemetry.close();
  });

  test('that was to be opened soon is not, when the process ends before', async () => {
    const recording = startRecording();
    world = await openWorld({}, { recorder: recording.recorder });
    const { telemetry } = world.platform;
    telemetry.openSoon();
    await telemetry.close();
    expect(telemetry.isOpen).toBe(false);
  });
});

describe('a span', () => {
  test('is part of what is in progress, and its own trace goes on', async () => {
    const { telemetry, recording } = await listening();
    const inside = await withTrace(one, () =>
      telemetry.span({ name: 'outer' }, () => telemetry.span({ name: 'inner' }, async () => currentTrace())),
    );
    const [inner, outer] = recording.spans();
    expect(inside).toBe(`00-${'1'.repeat(32)}-${inner?.id}-01`);
    expect([outer?.parent, inner?.parent]).toEqual(['1'.repeat(16), outer?.id]);
  });

  test('in another trace than the present one is linked to that', async () => {
    const { telemetry, recording } = await listening();
    await withTrace(one, () => telemetry.join({ name: 'joined', trace: other }, async () => undefined));
    await withTrace(null, () => telemetry.join({ name: 'joined', trace: other }, async () => undefined));
    await withTrace(other, () => telemetry.join({ name: 'joined', trace: other }, async () => undefined));
    const seen = recording.named('joined').map(({ trace, links }) => [trace, links]);
    expect(seen).toEqual([
      ['2'.repeat(32), ['1'.repeat(32)]],
      ['2'.repeat(32), []],
    ]);
  });

  test('that the caller does not want recorded is not, nor is what is below it', async () => {
    const { telemetry, recording } = await listening();
    const inside = await telemetry.span({ name: 'a', parent: `${one.slice(0, -1)}0` }, () =>
      telemetry.span({ name: 'b' }, async () => currentTrace()),
    );
    expect(recording.spans()).toEqual([]);
    expect(inside).toMatch(/^00-1{32}-[0-9a-f]{16}-00$/);
  });

  test.each([
    ['a refusal by its code, which is no fault', () => refuse('not_found'), { 'muster.refusal': 'not_found' }, false],
    ['a lost race', () => loseRace(), { 'muster.refusal': 'lost_race' }, false],
    [
      'a fault by its code',
      () => thrown(Object.assign(new Error('secret'), { code: 'ECONNRESET' })),
      { 'error.type': 'ECONNRESET' },
      true,
    ],
    [
      'a fault by its number',
      () => thrown(Object.assign(new Error('secret'), { number: 1205 })),
      { 'error.type': '1205' },
      true,
    ],
    ['a fault by its class', () => thrown(new TypeError('secret')), { 'error.type': 'TypeError' }, true],
    [
      'a code that is no code by nothing',
      () => thrown(Object.assign(new Error('x'), { code: 'a secret' })),
      { 'error.type': 'Error' },
      true,
    ],
    ['what is no error', () => thrown('secret' as never), { 'error.type': 'unknown' }, true],
  ])('tells %s', async (_, meet, attributes, failed) => {
    const { telemetry, recording } = await listening();
    await expect(telemetry.span({ name: 'a' }, async () => meet())).rejects.toBeDefined();
    expect(recording.named('a')).toMatchObject([{ attributes, failed }]);
    expect(JSON.stringify(recording.spans())).not.toContain('secret');
  });

  test('can be told of afterwards', async () => {
    const { telemetry, recording } = await listening();
    const began = new Date('2026-03-01T12:00:00Z');
    const ended = new Date('2026-03-01T12:05:00Z');
    telemetry.past({ name: 'a', kind: 'client', parent: one, attributes: { b: 1 }, began, ended, failed: true });
    expect(recording.spans()).toMatchObject([
      { name: 'a', kind: 'client', parent: '1'.repeat(16), attributes: { b: 1 }, began, seconds: 300, failed: true },
    ]);
  });

  test('gives its duration to a measure, split by what was noted', async () => {
    const { telemetry, recording } = await listening();
    const asked = {
      name: 'a',
      measure: 'http.server.request.duration',
      attributes: { 'http.route': '/x', b: 1 },
    } as const;
    await telemetry.span(asked, async () => telemetry.note({ 'http.response.status_code': 200 }));
    expect(await recording.measured('http.server.request.duration')).toMatchObject([
      { count: 1, attributes: { 'http.route': '/x', 'http.response.status_code': 200 } },
    ]);
  });
});

describe('a transaction', () => {
  const insert = (name: string) => CompiledQuery.raw('INSERT INTO learners (name) VALUES (?)', [name]);

  test('tells after its commit, and what was undone is not told', async () => {
    const { recording, world } = await listening();
    const tell = (fails: boolean) =>
      world.platform.db.transaction('t', async (tx) => {
        tx.tell((telemetry) => telemetry.measure('muster.job.duration', 1, { 'muster.job.state': String(fails) }));
        if (fails) throw new Error('undone');
      });
    await tell(false);
    await expect(tell(true)).rejects.toThrow('undone');
    expect(await recording.measured('muster.job.duration')).toMatchObject([
      { attributes: { 'muster.job.state': 'false' } },
    ]);
  });

  test('rings and records in the trace that it has joined', async () => {
    const { telemetry, world } = await listening();
    const trace = await withTrace(one, () =>
      world.platform.db.transaction('t', (tx) =>
        telemetry.join({ name: 'j', trace: other }, async () => (tx.ring('wake', 'x'), tx.trace)),
      ),
    );
    expect([trace, world.rung[0]?.trace]).toEqual([trace, trace]);
    expect(trace).toContain('2'.repeat(32));
  });

  test('and a batch are told by operation and table, never by value', async () => {
    const { recording, world } = await listening();
    const { db } = world.platform;
    await db.transaction('t', (tx) => tx.run(insert('a-value')));
    await db.batch('b', (tx) => [
      tx.run(insert('b-value')),
      tx.run(CompiledQuery.raw('UPDATE learners SET name = name || ?', ['c-value'])),
    ]);
    await db.read.run(CompiledQuery.raw('select * from learners'));
    const statements = recording.spans().filter(({ kind }) => kind === 'client');
    expect(statements.map(({ name }) => name)).toEqual(['INSERT', 'BATCH INSERT UPDATE', 'SELECT']);
    expect(statements[1]?.attributes).toMatchObject({ 'db.operation.batch.size': 2, 'db.operation.name': 'BATCH' });
    expect(JSON.stringify(recording.spans())).not.toContain('-value');
  });
});

describe('a statement is named', () => {
  const names = statementNames();
  type Tables = Kysely<Record<'jobs' | 'agents', { id: string }>>;
  const builder = async (): Promise<Tables> => {
    world = await openWorld();
    return world.platform.db.read.builder as unknown as Tables; // typed by who uses it
  };

  test('by its tables, joined ones too', async () => {
    const q = await builder();
    const query = q.selectFrom('jobs as j').innerJoin('agents', 'agents.id', 'j.id').selectAll();
    expect(names([query.compile()])).toEqual({
      summary: 'SELECT jobs agents',
      attributes: { 'db.operation.name': 'SELECT', 'db.query.summary': 'SELECT jobs agents' },
    });
  });

  test('and its one table', async () => {
    const q = await builder();
    expect(names([q.deleteFrom('jobs').compile()]).attributes['db.collection.name']).toBe('jobs');
    expect(names([q.updateTable('jobs').set({ id: 'x' }).compile()]).summary).toBe('UPDATE jobs');
    expect(names([q.insertInto('jobs').values({ id: 'x' }).compile()]).summary).toBe('INSERT jobs');
    expect(names([q.selectFrom(q.selectFrom('jobs').selectAll().as('j')).selectAll().compile()]).summary).toBe(
      'SELECT',
    );
  });

  test('once, however often it runs', async () => {
    const query = (await builder()).selectFrom('jobs').selectAll().compile();
    expect(names([query])).toBe(names([{ ...query, parameters: [1] }]));
  });

  test('shortly, however many it has', () => {
    const many = Array.from({ length: 100 }, () => CompiledQuery.raw('UPDATE x'));
    expect(names(many).summary).toHaveLength(255);
    expect(names([CompiledQuery.raw('(values (1))')]).summary).toBe('SQL');
  });
});

const thrown = (error: Error): never => {
  throw error;
};
