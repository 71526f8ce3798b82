/** Row 6 of the proof: stages and tasks that throw, hang or end their process at every try are dead after exactly their tries. */
import { afterEach, describe, expect, test } from 'vitest';
import { ringDueWork, voidStageLeases } from '../../shared/road/ring-due-work.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import type { Ring } from '../../shared/platform/platform.ts';
import { admin, answerBells, openTown, type Asked, type Town } from './town.ts';

let town: Town;
afterEach(() => town.close());

/** What the poison does when its stage has come to a point: it throws, never goes on, or takes its process with it. */
type Poison = 'throws' | 'hangs' | 'kills';

interface Poisoned {
  point: string;
  where: string;
  poison: Poison;
}

/** A town whose runs for one thing end at a point, and how often they did. */
class PoisonedTown {
  /** The id of what is poisoned: of a job, or of an ask. */
  id = '';
  tries = 0;
  readonly #about: Poisoned;
  #runsFor = '';
  #met = Promise.withResolvers<void>();

  constructor(about: Poisoned) {
    this.#about = about;
  }

  async open(): Promise<void> {
    town = await openTown({}, { stop: this.#stop, answer: (_, ring) => this.#answer(ring) });
  }

  #stop = (point: string, where: string): Promise<void> | undefined => {
    const isIt =
      this.#runsFor === this.id &&
      point === this.#about.point &&
      (where === this.#about.where || point === 'before-call');
    if (!isIt) return undefined;
    this.tries += 1;
    if (this.#about.poison === 'throws') throw new Error('poisoned');
    this.#met.resolve();
    return new Promise(() => {});
  };

  async #answer(ring: Ring): Promise<void> {
    this.#runsFor = ring.id;
    this.#met = Promise.withResolvers<void>();
    await Promise.race([answerBells(town.platform, ring), this.#met.promise]);
    this.#runsFor = '';
  }

  /** Time passes until nothing more is tried; a process that ended is there again at once. */
  async pass(forgets = false): Promise<void> {
    for (let sweeps = 0; sweeps < 200; sweeps++) {
      if (this.#about.poison === 'kills') {
        town.lose();
        await voidStageLeases(town.platform);
      }
      if (forgets) await town.tamper('update jobs set attempts = 0 where id = ?', this.id);
      await town.world.advance(31);
      await ringDueWork(town.platform);
      await town.settle();
    }
    for (const agent of town.beating) await town.beat(agent);
  }
}

const poisons: Poison[] = ['throws', 'hangs', 'kills'];

describe.each(poisons)('a stage that %s at every try', (poison) => {
  test.each([
    ['estimateJob', poison === 'throws' ? 10 : 11], // the first try claims nothing, so only its fault is counted
    ['validateJob', 10],
  ])('of %s ends its job after its tries, and holds no other up', async (where, tries) => {
    const poisoned = new PoisonedTown({ where, poison, point: 'before-begin' });
    await poisoned.open();
    const before = await town.submit();
    poisoned.id = await town.submit();
    const after = await town.submit();
    await town.settle();
    for (const id of [before, after]) expect(await town.state(id)).toBe('awaiting_approval');
    await poisoned.pass();
    expect(poisoned.tries).toBe(tries);
    expect(await town.job(poisoned.id)).toMatchObject({ state: 'failed', due_at: null, lease_until: null });
    const items = await town.sql('select code, subject from action_items');
    expect(items).toEqual([{ code: 'stage_keeps_failing', subject: poisoned.id }]);
  });

  test('of askVoter ends the ask after its tries, and the job goes on without it', async () => {
    const poisoned = new PoisonedTown({ where: 'askVoter', poison, point: 'before-call' });
    await poisoned.open();
    await town.head('carl', { endpoint: 'http://127.0.0.1:9/ask' });
    const id = await town.submit();
    for (const bell of ['estimate', 'validate'] as const) await answerBells(town.platform, { bell, id, trace: null });
    poisoned.id = town.world.rung.find(({ bell }) => bell === 'ask')?.id ?? '';
    await town.settle();
    await poisoned.pass();
    expect(poisoned.tries).toBe(3);
    expect(await town.sql('select state, due_at from asks')).toEqual([{ state: 'failed', due_at: null }]);
    await town.approve(id);
    expect(await town.state(id)).toBe('executing');
  });
});

test('a stage whose tries nobody counted would be found out', async () => {
  const poisoned = new PoisonedTown({ where: 'validateJob', poison: 'hangs', point: 'before-begin' });
  await poisoned.open();
  poisoned.id = await town.submit();
  await town.settle();
  await poisoned.pass(true);
  expect(poisoned.tries).toBeGreaterThan(10);
});

/** What a holder does with a task that is poison. */
const holders: Record<string, (agent: string) => Promise<void>> = {
  'fails at it': async (agent) => {
    for (const task of town.held.get(agent) ?? []) await town.fail(agent, task);
  },
  'dies of it': async (agent) => {
    town.held.set(agent, []);
    await town.world.advance(91);
  },
  'never comes to its end': () => town.pass(330), // it calls in all the time
};

describe.each(Object.entries(holders))('a task whose holder %s every time', (_, holds) => {
  test('is tried exactly as often as it may be, and others come between', async () => {
    town = await openTown();
    const asked: Asked = { max_retries: 2, max_execution_time_seconds: 36_000 };
    const poison = await town.started({ ...asked, job_name: 'poison' });
    const others: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      await town.world.advance(0.01);
      others.push(await town.started({ ...asked, job_name: name }));
    }
    const claimed: string[] = [];
    for (let claims = 0; claims < 20; claims++) {
      await town.pass(40);
      await town.sweep();
      const [task] = await town.claim('writer');
      if (task === undefined) continue;
      claimed.push(task.job_id);
      if (task.job_id === poison) await holds('writer');
      else await town.complete('writer', task);
    }
    await town.sweep();
    expect(claimed.filter((id) => id === poison)).toHaveLength(3);
    expect(claimed.slice(0, 4)).toEqual([poison, ...others]);
    expect(await town.job(poison)).toMatchObject({ state: 'failed', due_at: null });
    for (const id of others) expect(await town.state(id)).toBe('succeeded');
  });
});

describe('a job whose agent is gone', () => {
  const asked: Asked = {
    model: 'gpt-4o-mini',
    max_budget_usd: 1,
    max_execution_time_seconds: 1200,
    required_resources: [{ resource_type: 'compute', amount: 1, unit: 'cores' }],
  };

  test('when it has started ends at its time limit, and gives back what it holds', async () => {
    town = await openTown();
    await town.resource('bench', 4);
    const id = await town.started(asked);
    await retireAgent(town.platform, admin, { agent_id: 'writer' });
    town.beating.delete('writer');
    for (let passed = 0; passed < 1260; passed += 60) {
      await town.pass(60);
      await town.sweep();
    }
    expect(await town.job(id)).toMatchObject({ state: 'failed', due_at: null });
    expect(await town.sql('select reserved_micros from budgets')).toEqual([{ reserved_micros: 0 }]);
    expect(await town.sql('select allocated from resources')).toEqual([{ allocated: 0 }]);
    expect(await town.sql("select id from tasks where state not in ('cancelled', 'failed')")).toEqual([]);
  });

  test('before it is ready waits, and goes on when there is one', async () => {
    town = await openTown();
    const id = await town.submitted({ primary_agent: 'nobody' });
    expect(await town.job(id)).toMatchObject({ state: 'blocked', blocked_code: 'not_ready' });
    await town.agent('nobody');
    await town.settle();
    expect(await town.state(id)).toBe('awaiting_approval');
  });
});
