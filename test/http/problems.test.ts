/** Every problem code that the adapter and the access room can answer with, provoked. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { route } from '../../functions/http/route.ts';
import { once } from '../../shared/access/idempotency.ts';
import { UnknownOutcome } from '../../shared/platform/database/faults.ts';
import { loseRace, refuse } from '../../shared/outcomes.ts';
import { openDesk, plainRoutes, type Desk } from './desk.ts';

const Answer = z.strictObject({ tries: z.int() });
const tries = { race: 0 };

/** Operations of other rooms, with other contents. */
const odd = [
  route('getJob', 'GET /v1/faults/{name}', {
    answer: Answer,
    refuses: [],
    run: ({ input }) => {
      if (input.name === 'lost') throw new UnknownOutcome('the answer was lost');
      if (input.name === 'transient') throw Object.assign(new Error('a deadlock'), { number: 1205 });
      if (input.name === 'asleep') throw Object.assign(new Error('not available'), { number: 40613 });
      throw new Error('the password is hunter2');
    },
  }),
  route('cancelJob', 'POST /v1/races/{times}', {
    params: () => z.object({ times: z.coerce.number() }),
    answer: Answer,
    refuses: [],
    run: ({ input }) => (++tries.race <= input.times ? loseRace() : { tries: tries.race }),
  }),
  route('retryJob', 'POST /v1/later', {
    answer: Answer,
    refuses: ['unavailable'],
    run: () => refuse('unavailable', { retry_after_seconds: 6.2 }),
  }),
  route('submitJob', 'POST /v1/once', {
    body: z.strictObject({ n: z.int() }),
    answer: z.strictObject({ id: z.string(), repeated: z.boolean() }),
    heeds: ['idempotency_key'],
    refuses: [],
    run: ({ platform, caller, input, request }) =>
      platform.db.transaction('submitJob', (tx) =>
        once(tx, {
          caller: caller.id,
          operation: 'submitJob',
          key: request.idempotency_key,
          body: input,
          create: async () => tx.newId('thing'),
        }),
      ),
  }),
];

let desk: Desk;
let submitter: string;
beforeEach(async () => {
  tries.race = 0;
  desk = await openDesk([...odd, ...plainRoutes()]);
  submitter = await desk.person('sue', ['submitter']);
});
afterEach(() => desk.close());

it('answers as RFC 9457 says, with code, page, trace and path', async () => {
  const got = await desk.ask('GET /api/v1/principals/nobody?x=1', { as: desk.admin });
  expect(got.status).toBe(400);
  expect(got.headers.get('content-type')).toBe('application/problem+json');
  expect(got.body).toMatchObject({
    type: '/problems/invalid',
    code: 'invalid',
    title: expect.any(String),
    status: 400,
    instance: '/api/v1/principals/nobody',
    errors: [{ pointer: '/x', message: 'query parameter: unknown field' }],
    trace_id: got.headers.get('traceparent')?.split('-')[1],
  });
});

const put = 'PUT /api/v1/principals/pat';
const good = { kind: 'person', roles: ['reader'] };

it.each([
  ['malformed', 400, put, { body: '{"kind":' }],
  ['malformed', 400, put, { body: '', headers: { 'content-type': 'application/json' } }],
  ['invalid', 400, put, { body: { kind: 'ghost', roles: [] } }],
  ['unauthenticated', 401, put, { body: good, as: undefined }],
  ['not_found', 404, 'GET /api/v1/principals/nobody', {}],
  ['not_found', 404, 'GET /api/v1/nothing', {}],
  ['not_found', 404, 'GET /problems/nothing', {}],
  ['method_not_allowed', 405, 'PATCH /api/v1/principals/pat', { body: good }],
  ['conflict', 409, 'DELETE /api/v1/principals/admin', {}],
  ['name_taken', 409, 'PUT /api/v1/principals/muster', { body: good }],
  ['stale', 412, put, { body: good, headers: { 'if-match': '"7"' } }],
  ['too_large', 413, put, { body: `{"kind":"${'x'.repeat(1024 * 1024)}"}` }],
  ['unsupported_media_type', 415, put, { body: 'kind=person', headers: { 'content-type': 'text/plain' } }],
  ['unsupported_media_type', 415, put, { body: good, headers: { 'content-encoding': 'gzip' } }],
  ['internal', 500, 'GET /api/v1/faults/other', {}],
  ['unavailable', 503, 'GET /api/v1/faults/transient', {}],
  ['outcome_unknown', 503, 'GET /api/v1/faults/lost', {}],
] as const)('%s is %i for %s', async (code, status, address, asked) => {
  const got = await desk.ask(address, { as: desk.admin, ...asked });
  expect(got.body).toMatchObject({ code, status });
  expect(got.status).toBe(status);
});

it('forbids what no role of the caller allows', async () => {
  expect((await desk.ask(put, { as: submitter, body: good })).body).toMatchObject({ code: 'forbidden', status: 403 });
});

it('names the methods that a path has', async () => {
  const got = await desk.ask('POST /api/v1/principals/pat', { as: desk.admin });
  expect(got.headers.get('allow')).toBe('PUT, GET, HEAD, DELETE');
});

it('asks for the ETag before it changes what stands', async () => {
  await desk.ask(put, { as: desk.admin, body: good });
  const got = await desk.ask(put, { as: desk.admin, body: { ...good, roles: ['operator'] } });
  expect(got.body).toMatchObject({ code: 'precondition_required', status: 428 });
});

it('says which challenge a missing credential has', async () => {
  const got = await desk.ask('GET /api/v1/principals');
  expect(got.headers.get('www-authenticate')).toBe('Bearer realm="muster"');
});

it('runs a verb again that lost a race, three times', async () => {
  expect((await desk.ask('POST /api/v1/races/3', { as: submitter })).body).toEqual({ tries: 4 });
});

it('gives up after the fourth lost race', async () => {
  const got = await desk.ask('POST /api/v1/races/9', { as: submitter });
  expect(got.body).toMatchObject({ code: 'lost_race', status: 409 });
  expect(tries.race).toBe(4);
});

it('says when to try again, in whole seconds', async () => {
  const got = await desk.ask('POST /api/v1/later', { as: submitter });
  expect(got.headers.get('retry-after')).toBe('7');
});

it('tells nothing of a fault outside, and logs it with its trace', async () => {
  const got = await desk.ask('GET /api/v1/faults/other', { as: desk.admin });
  expect(got.text).not.toContain('hunter2');
  const line = desk.world.logged.find(({ msg }) => msg === 'a request failed');
  expect(line).toMatchObject({ level: 'error', operation: 'getJob', trace_id: got.body.trace_id });
});

it.each([
  ['transient', '2'],
  ['asleep', '10'],
  ['lost', null],
])('says when a fault may be over, where it is: %s', async (fault, seconds) => {
  const { headers } = await desk.ask(`GET /api/v1/faults/${fault}`, { as: desk.admin });
  expect(headers.get('retry-after')).toBe(seconds);
});

it('refuses an idempotency key with another body, and repeats with the same', async () => {
  const ask = (n: number) =>
    desk.ask('POST /api/v1/once', { as: submitter, body: { n }, headers: { 'idempotency-key': 'a-key' } });
  const first = (await ask(1)).body;
  expect(await ask(1)).toMatchObject({ status: 200, body: { id: first['id'], repeated: true } });
  expect((await ask(2)).body).toMatchObject({ code: 'idempotency_key_reused', status: 422 });
});

it.each(['', 'x'.repeat(256), 'two words'])('refuses the idempotency key "%.10s"', async (key) => {
  const got = await desk.ask('POST /api/v1/once', {
    as: submitter,
    body: { n: 1 },
    headers: { 'idempotency-key': key },
  });
  expect(got.body).toMatchObject({ code: 'invalid' });
});

it('refuses a third valid key', async () => {
  const ask = () => desk.ask('POST /api/v1/principals/sue/keys', { as: desk.admin });
  await ask();
  expect((await ask()).body).toMatchObject({ code: 'key_limit', status: 409 });
});
