import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { raiseActionItem } from '../../shared/access/action-items.ts';
import { ensureAdmin } from '../../shared/access/first-admin.ts';
import { reserve, commit } from '../../shared/budgets/reserve.ts';
import { storeOutcome } from '../../shared/deployments/store.ts';
import { sealRecord } from '../../shared/events/seal.ts';
import { allSeals, eventsAfter } from '../../shared/events/store.ts';
import { checkHealth, Health } from '../../shared/insights/health.ts';
import { metricsText } from '../../shared/insights/metrics.ts';
import { recordHeads } from '../../shared/insights/record-heads.ts';
import { checkRecord } from '../../shared/insights/check-record.ts';
import { getStatistics, Statistics } from '../../shared/insights/statistics.ts';
import { moveJob } from '../../shared/jobs/move.ts';
import { putTemplate } from '../../shared/jobs/templates.ts';
import { aDefinition, storedJob } from '../jobs/a-job.ts';
import { openWorld, type World } from '../world.ts';

const admin = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null } as const;

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const run: World['platform']['db']['transaction'] = (name, work) => world.platform.db.transaction(name, work);

/** A job that has ended so, for so much. */
async function ended(outcome: string, cost_micros: number, duration_seconds: number): Promise<void> {
  const { deployment_id: id } = await storedJob(world);
  const tokens = { input_tokens: 1, cached_tokens: 0, output_tokens: 1, total_tokens: 2 };
  const actual = { ...tokens, cost_micros, duration_seconds, tasks: [] };
  await run('ended', (tx) => storeOutcome(tx, { id, outcome, outcome_reason: '', actual }));
}
const figures = async () =>
  Object.fromEntries((await getStatistics(world.platform)).key_figures.map((figure) => [figure.name, figure]));

describe('statistics', () => {
  it('have no figures where nothing has happened, and say so', async () => {
    const statistics = await getStatistics(world.platform);
    expect(Statistics.parse(statistics)).toEqual(statistics);
    expect(statistics).toMatchObject({ jobs: {}, tasks: {}, messages: {} });
    const known = statistics.key_figures
      .filter(({ value }) => value !== null)
      .map(({ name, value, met }) => [name, value, met]);
    expect(known).toEqual([['spent this month', 0, true]]);
  });

  it('count jobs by state', async () => {
    const job = await storedJob(world);
    await storedJob(world);
    await run('move', (tx) => moveJob(tx, job, { type: 'estimated' }));
    expect((await getStatistics(world.platform)).jobs).toEqual({ submitted: 1, estimated: 1 });
  });

  it('hold cost, success and duration of what has ended against their targets', async () => {
    for (let index = 0; index < 19; index++) await ended('succeeded', 100_000, index + 1);
    await ended('failed', 300_000, 100);
    const {
      'cost per deployment': cost,
      'success rate': rate,
      'duration p50': p50,
      'duration p95': p95,
    } = await figures();
    expect(cost).toMatchObject({ value: expect.closeTo(0.11) as number, met: true });
    expect(rate).toMatchObject({ value: 0.95, met: false });
    expect([p50?.value, p95?.value]).toEqual([10, 19]);
  });

  it('tell what the month has cost', async () => {
    const { deployment_id } = await storedJob(world);
    await run('spend', async (tx) => {
      await reserve(tx, deployment_id, 500_000);
      await commit(tx, deployment_id, 250_000);
    });
    expect((await figures())['spent this month']).toMatchObject({ value: 0.25, met: true });
  });
});

describe('health', () => {
  const checks = async () => {
    const health = await checkHealth(world.platform);
    expect(Health.parse(health)).toEqual(health);
    return Object.fromEntries(health.checks.map((check) => [check.name, check]));
  };

  it('is well at first, with figures for each part', async () => {
    expect(await checkHealth(world.platform)).toMatchObject({ status: 'ok' });
    expect(await checks()).toMatchObject({
      database: { status: 'ok', figures: { latency_ms: 0 } },
      queue: { status: 'ok', figures: { waiting: 0, oldest_seconds: 0, overdue_jobs: 0 } },
      registry: { status: 'ok', figures: { registered: 0 } },
      activity: { status: 'ok', figures: { last_event_seconds_ago: null, events: 0 } },
    });
  });

  it('is degraded when work waits longer than a minute', async () => {
    await storedJob(world);
    await world.advance(60);
    expect((await checks())['queue']?.status).toBe('ok');
    await world.advance(2);
    expect((await checks())['queue']).toMatchObject({ status: 'degraded', figures: { overdue_jobs: 1 } });
    expect((await checkHealth(world.platform)).status).toBe('degraded');
  });

  it('holds what is stored against the time of the database, not of the process', async () => {
    await storedJob(world);
    world.clock.skewProcess(3600);
    expect(await checks()).toMatchObject({
      queue: { status: 'ok', figures: { overdue_jobs: 0 } },
      activity: { figures: { last_event_seconds_ago: 0 } },
    });
  });

  it('tells how long ago something happened', async () => {
    await storedJob(world);
    await world.advance(7);
    expect((await checks())['activity']?.figures['last_event_seconds_ago']).toBe(7);
  });

  it('is down, and still answers, when the database is closed', async () => {
    await world.close();
    const { status, checks: all } = await checkHealth(world.platform);
    expect([status, all.find(({ name }) => name === 'database')?.reason]).toEqual(['down', 'it did not answer']);
  });
});

describe('metrics', () => {
  it('are Prometheus text, each with its help and type', async () => {
    const item = { code: 'stuck', subject: (await storedJob(world)).id, detail: 'it hangs' };
    await run('raise', (tx) => raiseActionItem(tx, item));
    const text = await metricsText(world.platform);
    expect(text).toContain(
      '# HELP muster_jobs Jobs by state.\n# TYPE muster_jobs gauge\nmuster_jobs{state="submitted"} 1\n',
    );
    expect(text).toContain('muster_action_items{code="stuck"} 1\n');
    expect(text).toContain('muster_up{check="database"} 1\n');
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) muster_\w+ .+|muster_\w+\{(\w+="[^"]*",?)+\} -?[\d.e+-]+)$/);
    }
  });
});

describe('the record of a running Muster', () => {
  it('is whole: every row with a chain, and every event', async () => {
    await ensureAdmin(world.platform);
    const job = await storedJob(world);
    await putTemplate(world.platform, admin, { name: 'deep_scan', definition: aDefinition() });
    await run('go', async (tx) => {
      await reserve(tx, job.deployment_id, 1);
      await moveJob(tx, job, { type: 'estimated' });
    });
    await sealRecord(world.platform);
    const { read } = world.platform.db;
    const streams = (await recordHeads(read)).map(({ stream }) => stream);
    expect(streams.toSorted()).toEqual(['budget:month:2026-03', job.id, 'principal:admin', 'template:deep_scan']);
    const report = await checkRecord({
      heads: () => recordHeads(read),
      events: (after) => eventsAfter(read, { after, limit: 3 }),
      seals: () => allSeals(read, {}),
      signed: (text, seal) => world.platform.sealer.verify(text, seal),
    });
    expect(report).toMatchObject({ streams: 4, seals: 1, bad: null });
  });
});
