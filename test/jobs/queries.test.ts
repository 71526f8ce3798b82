import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renameAgents } from '../../shared/jobs/create.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobEvent } from '../../shared/jobs/lifecycle.ts';
import { moveJob } from '../../shared/jobs/move.ts';
import { finishedJobs, jobsWaitingFor, listJobRows, type JobFilter } from '../../shared/jobs/store/queries.ts';
import { openWorld, type World } from '../world.ts';
import { aDefinition, noon, rowOf, storedJob } from './a-job.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld({}, { at: noon });
});
afterEach(() => world.close());

const read = () => world.platform.db.read;

/** A job of this name, a second after the one before, so that ids are in order. */
async function job(job_name: string, facts: Record<string, unknown> = {}): Promise<Job> {
  await world.advance(1);
  return storedJob(world, aDefinition({ job_name, ...facts }));
}

async function move({ id }: Job, ...events: JobEvent[]): Promise<void> {
  for (const event of events) {
    const from = await rowOf(world, id);
    await world.platform.db.transaction('move', (tx) => moveJob(tx, from, event));
  }
}

const blockedBy = (waits_for: string, waits_amount?: number): JobEvent => ({
  type: 'blocked',
  code: 'not_ready',
  detail: 'Something is in the way.',
  waits_for,
  ...(waits_amount === undefined ? {} : { waits_amount }),
});

describe('a list of jobs', () => {
  const names = async (filter: Partial<JobFilter>) =>
    (await listJobRows(read(), { limit: 10, ...filter })).map(({ job_name }) => job_name);

  it('is newest first, a page at a time', async () => {
    for (const name of ['a', 'b', 'c']) await job(name);
    const page = await listJobRows(read(), { limit: 2 });
    expect(page.map(({ job_name }) => job_name)).toEqual(['c', 'b']);
    expect(await names({ before: page.at(-1)?.id })).toEqual(['a']);
  });

  it('can be asked for by state, category, submitter and agent, all of them at once', async () => {
    await job('a', { category: 'data' });
    await move(await job('b', { category: 'data', supporting_agents: ['fixer'] }), { type: 'estimated' });
    await job('c', { primary_agent: 'fixer' });
    expect(await names({ state: 'estimated' })).toEqual(['b']);
    expect(await names({ category: 'data' })).toEqual(['b', 'a']);
    expect(await names({ agent: 'fixer' })).toEqual(['c', 'b']);
    expect(await names({ owned_by: 'admin' })).toEqual(['c', 'b', 'a']);
    expect(await names({ owned_by: 'ann' })).toEqual([]);
    expect(await names({ category: 'data', agent: 'fixer', state: 'submitted' })).toEqual([]);
  });

  it('finds a part of a name, in which nothing has a meaning of its own', async () => {
    await job('deep_scan');
    await job('deeper');
    expect(await names({ text: 'deep' })).toEqual(['deeper', 'deep_scan']);
    expect(await names({ text: 'scan' })).toEqual(['deep_scan']);
    expect(await names({ text: 'deep_scan' })).toEqual(['deep_scan']);
    expect(await names({ text: 'deep_' })).toEqual(['deep_scan']);
    for (const text of ['%', '[a-z]', '\\', 'deep%n']) expect(await names({ text })).toEqual([]);
    expect(await names({ text: "' or 1=1 --" })).toEqual([]);
  });

  it('knows the agents of a changed definition, and not those of the one before', async () => {
    const { id } = await job('a', { supporting_agents: ['fixer'] });
    await world.platform.db.transaction('rename', (tx) =>
      renameAgents(tx, id, aDefinition({ supporting_agents: ['writer'] })),
    );
    expect([await names({ agent: 'fixer' }), await names({ agent: 'writer' })]).toEqual([[], ['a']]);
  });
});

describe('jobs that wait', () => {
  it('for one thing are found most urgent first, oldest first within a priority, with how much they need', async () => {
    await move(await job('late', { priority: 9 }), blockedBy('budget:month', 5));
    await move(await job('first', { priority: 2 }), blockedBy('budget:month', 7));
    await move(await job('second', { priority: 2 }), blockedBy('budget:month'));
    await move(await job('other'), blockedBy('tool:scanner'));
    await move(await job('gone'), blockedBy('budget:month', 1), { type: 'cancelled', reason: 'not needed' });
    await move(await job('woken'), blockedBy('budget:month', 1), { type: 'resumed' });
    const waiting = await jobsWaitingFor(read(), { waits_for: 'budget:month', limit: 10 });
    expect(waiting.map(({ priority, waits_amount }) => [priority, waits_amount])).toEqual([
      [2, 7],
      [2, null],
      [9, 5],
    ]);
    expect(await jobsWaitingFor(read(), { waits_for: 'budget:month', limit: 1 })).toHaveLength(1);
  });
});

describe('jobs to learn from', () => {
  it('are those that ended first', async () => {
    const all = [await job('a'), await job('b')];
    const start: JobEvent[] = [
      { type: 'estimated' },
      { type: 'validated' },
      { type: 'approved', approval_id: 'x' },
      { type: 'started' },
    ];
    for (const one of all) await move(one, ...start);
    for (const one of all.toReversed()) {
      await world.advance(1);
      await move(one, { type: 'run_ended', outcome: 'succeeded', reason: 'All tasks.', tasks: [] });
    }
    expect((await finishedJobs(read(), { limit: 10 })).map(({ job_name }) => job_name)).toEqual(['b', 'a']);
  });
});
