import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { ringDueWork, voidStageLeases } from '../../shared/road/ring-due-work.ts';
import { admin, folk, openTown, type Town } from './town.ts';

let town: Town;
beforeEach(async () => {
  town = await openTown();
});
afterEach(() => town.close());

const needing = (tool_name: string) => ({ required_tools: [{ tool_name }] });

describe('a job whose needs are not there', () => {
  test('is blocked with every check kept, and goes on when they are', async () => {
    const id = await town.submitted({ ...needing('linter'), supporting_agents: ['stranger'] });
    const { blocked, validation, approval } = await town.answer(id);
    expect(blocked).toMatchObject({ code: 'not_ready', waits_for: 'tool:linter' });
    expect(approval).toBeNull();
    expect(validation).toMatchObject({ is_ready: false, missing_tools: ['linter'], checks_failed: 2 });
    expect(validation?.checks.find(({ name }) => name === 'agent:writer')?.state).toBe('passed');

    await town.tool('linter');
    await town.settle();
    expect((await town.answer(id)).blocked).toMatchObject({ waits_for: 'agent:stranger' });

    await town.agent('stranger');
    await town.settle();
    expect(await town.answer(id)).toMatchObject({ state: 'awaiting_approval', validation: { is_ready: true } });
  });

  test('leaves what it was woken for to the next when it blocks on something else', async () => {
    const id = await town.submitted({ ...needing('linter'), supporting_agents: ['stranger'] });
    await town.tool('linter');
    await town.settle();
    expect((await town.job(id)).waits_for).toBe('agent:stranger');
    await town.agent('stranger');
    await town.tamper("delete from tools where name = 'linter'");
    const rings: string[] = [];
    await town.world.settle(async (platform, ring) => {
      rings.push(`${ring.bell} ${ring.id}`);
      const { stages } = await import('../../functions/stages.ts');
      await stages[ring.bell].run(platform, ring.id);
    });
    expect((await town.job(id)).waits_for).toBe('tool:linter');
    expect(rings.slice(rings.indexOf(`validate ${id}`))).toEqual([`validate ${id}`, 'wake agent:stranger']);
  });

  test('is tried again by itself, ever more seldom, until it has been blocked for a day: then it expires', async () => {
    const id = await town.submitted(needing('linter'));
    const gaps: number[] = [];
    for (let tries = 0; tries < 400 && (await town.state(id)) === 'blocked'; tries++) {
      const { due_at } = await town.job(id);
      const seconds = ((due_at?.getTime() ?? 0) - town.world.clock.now().getTime()) / 1000;
      gaps.push(Math.round(seconds));
      await town.world.advance(Math.max(1, seconds));
      await town.sweep();
    }
    expect(gaps.slice(0, 3)).toEqual([30, 30, 60]);
    expect(Math.max(...gaps)).toBe(600);
    const job = await town.job(id);
    expect(job).toMatchObject({ state: 'expired', due_at: null });
    expect(job.outcome_reason).toMatch(/^It was blocked for too long: .*linter/);
    expect((job.finished_at?.getTime() ?? 0) - job.created_at.getTime()).toBeLessThanOrEqual(86_402_000);
  });

  test('adds all its blocks up', async () => {
    await town.close();
    town = await openTown({ BLOCKED_FOR: '100s' });
    const id = await town.submitted(needing('linter'));
    await town.pass(60);
    await town.tool('linter');
    await town.settle();
    await town.tamper('update approvals set state = ?', 'voided');
    expect((await town.job(id)).blocked_seconds).toBe(60);
    await town.change(id, needing('other'));
    await town.settle();
    expect(await town.job(id)).toMatchObject({ state: 'blocked', blocked_seconds: 0 });
  });
});

test('too few voters block the job until there are some', async () => {
  const id = await town.submitted({ priority: 1 });
  expect((await town.answer(id)).blocked).toMatchObject({ code: 'no_eligible_voters', waits_for: 'category:data' });
  await town.person('paula', 'approver');
  await town.head('horst');
  await town.settle();
  expect(await town.answer(id)).toMatchObject({ state: 'awaiting_approval', approval: { required_count: 4 } });
});

test('a head that is retired is no voter', async () => {
  for (const id of folk.heads.slice(1)) await retireAgent(town.platform, admin, { agent_id: id });
  const id = await town.submitted();
  expect((await town.answer(id)).blocked).toMatchObject({ code: 'no_eligible_voters' });
});

describe('a check that meets a fault', () => {
  const uncountable = { required_resources: [{ resource_type: 'cpu', amount: 1, unit: 'cores' }] };
  beforeEach(async () => {
    await town.resource('cpu', 4);
    await town.tamper("update resources set unit = 'nonsense'");
  });

  test('is tried again with backoff', async () => {
    const id = await town.submitted(uncountable);
    const job = await town.job(id);
    expect(job).toMatchObject({ state: 'estimated', attempts: 1, lease_until: null });
    expect(job.last_fault).toContain('which nothing measures');
    expect(job.due_at?.getTime()).toBeGreaterThanOrEqual(town.world.clock.now().getTime() + 1000);
    await town.tamper("update resources set unit = 'cores'");
    await town.pass(5);
    await town.sweep();
    expect(await town.job(id)).toMatchObject({ state: 'awaiting_approval', attempts: 0, last_fault: null });
  });

  test('ends the job as failed after ten tries, with an action item', async () => {
    const id = await town.submitted(uncountable);
    let tries = 1;
    for (; (await town.state(id)) === 'estimated' && tries < 20; tries++) {
      await town.world.advance(301);
      await town.sweep();
    }
    expect(tries).toBe(10);
    const job = await town.job(id);
    expect(job).toMatchObject({
      state: 'failed',
      outcome_reason: expect.stringContaining('nothing measures') as string,
    });
    expect(await town.sql('select code, subject from action_items')).toEqual([
      { code: 'stage_keeps_failing', subject: id },
    ]);
    expect(await town.events(id)).toEqual(['submitted', 'estimated', 'gave_up']);
  });
});

describe('a holder that died', () => {
  /** Claimed as a process does that then is no more. */
  async function orphan(): Promise<string> {
    const id = await town.submit();
    const { stages } = await import('../../functions/stages.ts');
    await stages.estimate.run(town.platform, id);
    town.lose();
    const lease = new Date(town.world.clock.now().getTime() + 120_000).toISOString();
    await town.tamper(
      'update jobs set fence = fence + 1, attempts = 1, lease_until = ?, due_at = ? where id = ?',
      lease,
      lease,
      id,
    );
    return id;
  }

  test('keeps others out until its lease has run out; then one takes over', async () => {
    const id = await orphan();
    town.world.ring('validate', id);
    await town.settle();
    expect(await town.state(id)).toBe('estimated');
    await town.pass(121);
    await town.sweep();
    expect(await town.job(id)).toMatchObject({ state: 'awaiting_approval', attempts: 0 });
  });

  test('keeps nobody out after a start that proves that it is gone', async () => {
    const id = await orphan();
    await voidStageLeases(town.platform);
    await ringDueWork(town.platform);
    await town.settle();
    expect(await town.state(id)).toBe('awaiting_approval');
  });
});

test('a cancel while the checks run wins', async () => {
  const id = await town.submit();
  const { stages } = await import('../../functions/stages.ts');
  await stages.estimate.run(town.platform, id);
  await Promise.all([stages.validate.run(town.platform, id), town.cancel(id)]);
  await town.settle();
  expect(await town.state(id)).toBe('cancelled');
  const open = await town.sql("select id from approvals where state = 'open'");
  expect(open).toEqual([]);
});
