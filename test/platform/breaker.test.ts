import { beforeEach, expect, it } from 'vitest';
import { withBreaker } from '../../shared/platform/database/breaker.ts';
import { UnknownOutcome } from '../../shared/platform/database/faults.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { handClock, type HandClock } from '../world/clock.ts';

const refused = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
const paused = Object.assign(new Error('not currently available'), { number: 40613 });
const deadlock = Object.assign(new Error('deadlock'), { number: 1205 });

let clock: HandClock;
let engine: Engine;
/** What the database does at each call; undefined: it answers. */
let fault: Error | undefined;
let calls: number;

beforeEach(() => {
  clock = handClock(new Date('2026-03-01T12:00:00Z'));
  fault = undefined;
  calls = 0;
  const asked = async () => {
    calls += 1;
    if (fault !== undefined) throw fault;
    return [];
  };
  const each = { read: asked, atomically: asked, together: asked };
  engine = withBreaker({ ...each, isNear: false } as unknown as Engine, clock); // all that it looks at
});

/** What a caller is told, and how often the database was asked for it. */
async function told(how: 'read' | 'atomically' | 'together' = 'read'): Promise<[string, number]> {
  const before = calls;
  const words = await (engine[how] as () => Promise<unknown>)().then(
    () => 'answered',
    (error: unknown) => (error as Error).message,
  );
  return [words, calls - before];
}

async function awayFor(seconds: number): Promise<void> {
  fault = refused;
  await told();
  await clock.advance(seconds);
}

it('lets everything through for the first ten seconds, so that a failover is got past by trying again', async () => {
  await awayFor(9.9);
  expect(await told()).toEqual(['connection refused', 1]);
});

it('then says at once that the database is away, whatever it is asked for, but for one try in five seconds', async () => {
  await awayFor(10);
  expect(await told()).toEqual(['connection refused', 1]);
  for (const how of ['read', 'atomically', 'together'] as const)
    expect(await told(how)).toEqual(['the database does not answer', 0]);
  await clock.advance(5);
  expect(await told()).toEqual(['connection refused', 1]);
  expect(await told()).toEqual(['the database does not answer', 0]);
});

it('says in how many seconds to try again', async () => {
  await awayFor(10);
  await told();
  await clock.advance(2);
  await expect((engine.read as () => Promise<unknown>)()).rejects.toMatchObject({ retry_after_seconds: 3 });
});

it('heals by itself with the first answer', async () => {
  await awayFor(60);
  fault = undefined;
  expect(await told()).toEqual(['answered', 1]);
  expect(await told()).toEqual(['answered', 1]);
});

it('takes a database that is paused for one that is away', async () => {
  await awayFor(0);
  fault = paused;
  await clock.advance(10);
  await told();
  expect(await told()).toEqual(['the database does not answer', 0]);
});

it('takes whatever the database has refused for an answer', async () => {
  await awayFor(5);
  fault = deadlock;
  await told();
  await clock.advance(60);
  expect(await told()).toEqual(['deadlock', 1]);
});

it('takes an unknown outcome for neither', async () => {
  await awayFor(10);
  fault = new UnknownOutcome('lost');
  await told();
  expect(await told()).toEqual(['the database does not answer', 0]);
});

it('lets callers through when the clock was put back, and does not wait for it to come round again', async () => {
  await awayFor(10);
  await told();
  expect(await told()).toEqual(['the database does not answer', 0]);
  clock.skewProcess(-90);
  expect(await told()).toEqual(['connection refused', 1]);
});

it('knows nothing of a fault that is long ago, where nobody has asked since', async () => {
  await awayFor(600);
  fault = undefined;
  expect(await Promise.all([told(), told()])).toEqual([
    ['answered', expect.any(Number)],
    ['answered', expect.any(Number)],
  ]);
});
