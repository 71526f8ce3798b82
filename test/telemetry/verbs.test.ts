/** Everything that wakes Muster is a span of its name, and so is every change that it makes. */
import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { routes } from '../../functions/routes.ts';
import { stages } from '../../functions/stages.ts';
import { timers } from '../../functions/timers.ts';
import { bellNames } from '../../shared/platform/platform.ts';
import { openDesk, type Desk } from '../http/desk.ts';
import { startRecording } from './recording.ts';

const recording = startRecording();
let desk: Desk;

beforeAll(async () => {
  desk = await openDesk(routes, {}, { recorder: recording.recorder });
  await desk.world.platform.telemetry.open();
});
beforeEach(() => recording.forget());
afterAll(() => desk.close());

/** These answer anybody. */
const open = new Set(['getLiveness', 'getReadiness', 'getOpenApi', 'getOwnCard', 'getDocs', 'getProblem']);
const closed = routes.filter(({ name }) => !open.has(name));

describe('a request', () => {
  test.each(closed.map(({ name, method, path }) => ({ name, method, path })))(
    'of $name is a span of that name',
    async ({ name, method, path }) => {
      const { status, headers } = await desk.ask(`${method} ${path.replaceAll(/\{\w+\}/g, 'x')}`);
      expect(status).toBe(401);
      expect(recording.named(name)).toMatchObject([
        {
          kind: 'server',
          parent: undefined,
          failed: false,
          attributes: {
            'http.request.method': method,
            'http.route': path,
            'http.response.status_code': 401,
            'muster.refusal': 'unauthenticated',
          },
        },
      ]);
      expect(headers.get('traceparent')).toContain(recording.named(name)[0]?.trace);
    },
  );

  test('names what it is about where that has an id of ours', async () => {
    const id = 'job_01kjmma2g0rm5yx17j9z6sk03c';
    await desk.ask(`GET /api/v1/deployment/jobs/${id}`, { as: desk.admin });
    await desk.ask('GET /api/v1/deployment/jobs/whatever-a-caller-says', { as: desk.admin });
    expect(recording.named('getJob').map(({ attributes }) => attributes['muster.job_id'])).toEqual([id, undefined]);
  });

  test('that meets a fault tells of its kind', async () => {
    const { world } = desk;
    const read = world.platform.db.read.run;
    world.platform.db.read.run = () => Promise.reject(Object.assign(new Error('mk.secret'), { errcode: 10 }));
    await desk.ask('GET /api/v1/principals', { as: desk.admin });
    world.platform.db.read.run = read;
    expect(recording.named('listPrincipals')).toMatchObject([{ failed: true, attributes: { 'error.type': '10' } }]);
    expect(JSON.stringify(recording.spans())).not.toContain('mk.secret');
  });
});

test.each(bellNames)('the bell %s wakes a stage that is a span of its name', async (bell) => {
  const { name, run } = stages[bell];
  await run(desk.world.platform, 'job_of_nobody').catch(() => undefined); // some find nothing to do, and say so
  expect(recording.named(name)[0]).toMatchObject({ kind: 'consumer', attributes: { 'muster.stage': name } });
});

test.each(timers)('the timer $name is a span of its name, in a trace of its own', async ({ name, run }) => {
  await run(desk.world.platform);
  expect(recording.named(name)).toMatchObject([{ kind: 'internal', parent: undefined }]);
});

describe('a verb that is called in process', () => {
  /** Verbs that change something under the name of another, or change nothing. */
  const others: Record<string, string> = {
    issueAgentKey: 'issueKey',
    deleteAgentKey: 'deleteKey',
    runMaintenance: 'maintain',
    validateDefinition: 'nothing',
  };
  const root = new URL('../../', import.meta.url);
  const sources = globSync('shared/**/*.ts', { cwd: root.pathname }).map((path) =>
    readFileSync(new URL(path, root), 'utf8'),
  );
  const changes = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/(?:transaction|batch)(?:<[^(]*>)?\(\s*'(\w+)/g)].map(([, name]) => name),
    ),
  );

  test.each(routes.filter(({ method }) => method !== 'GET').map(({ name }) => name))(
    'is a span by its transaction: %s',
    (name) => {
      expect(changes.has(others[name] ?? name) || others[name] === 'nothing').toBe(true);
    },
  );

  test('which is told with its statements', async () => {
    await desk.world.platform.db.transaction('anything', async (tx) => {
      tx.hint('nobody');
    });
    expect(recording.named('transaction anything')).toMatchObject([{ kind: 'internal' }]);
  });
});
