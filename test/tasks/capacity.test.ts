import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { effectiveConcurrency } from '../../shared/agents/agent.ts';
import { getAgent } from '../../shared/agents/read.ts';
import { HeartbeatInput } from '../../shared/tasks/lease.ts';
import { admin, openCrew, type Crew } from '../tasks/crew.ts';

let crew: Crew;
beforeEach(async () => {
  crew = await openCrew();
  await crew.register('worker_1', { max_concurrent_tasks: 3 });
  await crew.queue({}, {}, {}, {});
});
afterEach(() => crew.close());

const claimed = async (max = 5) => (await crew.claim('worker_1', { max })).length;
const shown = () => getAgent(crew.platform, admin, { agent_id: 'worker_1' });

it.each([
  [3, null, 3],
  [3, 2, 2],
  [3, 9, 3],
  [3, 0, 0],
])('of %i registered and %s measured the smaller counts', (max_concurrent_tasks, measured_capacity, effective) => {
  expect(effectiveConcurrency({ max_concurrent_tasks, measured_capacity })).toBe(effective);
});

describe('what an agent has measured', () => {
  it('limits what it is given, until it says otherwise', async () => {
    await crew.beat('worker_1', [], 1);
    expect(await claimed()).toBe(1);
    expect(await claimed()).toBe(0);
    await crew.beat('worker_1', [], 2);
    expect(await shown()).toMatchObject({
      max_concurrent_tasks: 3,
      measured_capacity: 2,
      effective_concurrent_tasks: 2,
    });
    expect(await claimed()).toBe(1);
    await crew.beat('worker_1', []);
    expect(await claimed()).toBe(0);
    await crew.beat('worker_1', [], null);
    expect(await claimed()).toBe(1);
    expect(await shown()).toMatchObject({ measured_capacity: null, effective_concurrent_tasks: 3 });
  });

  it('never allows more than the admin does, and may be nothing', async () => {
    await crew.beat('worker_1', [], 50);
    expect(await claimed()).toBe(3);
    const held = await crew.claim('worker_1');
    expect(held).toEqual([]);
    await crew.beat('worker_1', [], 0);
    expect(await claimed()).toBe(0);
  });

  it('takes nothing away that it holds', async () => {
    const tasks = await crew.claim('worker_1', { max: 3 });
    expect(await crew.beat('worker_1', tasks, 0)).toEqual({ invalid: [], stops: [], drain: false });
    await crew.advance(60);
    expect(await crew.beat('worker_1', tasks, 0)).toMatchObject({ invalid: [] });
    for (const task of tasks) expect(await crew.complete('worker_1', task)).toMatchObject({ state: 'succeeded' });
    expect(await claimed()).toBe(0);
  });

  it('wakes a claim that waits, when there is more of it', async () => {
    await crew.beat('worker_1', [], 0);
    const waiting = crew.claim('worker_1', { wait_seconds: 20 });
    await crew.beat('worker_1', [], 1);
    expect(await waiting).toHaveLength(1);
  });

  it.each([-1, 1.5, 10_001, '3'])('is refused as %j', (capacity) => {
    expect(HeartbeatInput.safeParse({ capacity }).success).toBe(false);
  });
});
