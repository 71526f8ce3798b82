import { afterEach, beforeEach, expect, it } from 'vitest';
import { stateAt } from '../../shared/agents/agent.ts';
import { noteOutcomes, quantile, type TaskOutcome } from '../../shared/agents/note-outcomes.ts';
import { getAgent } from '../../shared/agents/read.ts';
import { recordsOf } from '../../shared/agents/store/records.ts';
import { admin, openCrew, type Crew } from '../tasks/crew.ts';

let crew: Crew;
beforeEach(async () => {
  crew = await openCrew();
});
afterEach(() => crew.close());

const outcome = (agent_id: string | null, duration_seconds: number, succeeded = true): TaskOutcome => ({
  agent_id,
  succeeded,
  tokens: 10,
  cost_micros: 1000,
  duration_seconds,
});
const note = (...outcomes: TaskOutcome[]) => crew.platform.db.transaction('note', (tx) => noteOutcomes(tx, outcomes));

it('adds the outcomes of a batch to one row an agent', async () => {
  await crew.register('a');
  await note(outcome('b', 1), outcome('a', 2), outcome(null, 9), outcome('a', 4, false));
  await note(outcome('a', 6));
  expect(await recordsOf(crew.platform.db.read, ['a', 'b', 'c'])).toMatchObject([
    {
      agent_id: 'a',
      completed: 2,
      failed: 1,
      tokens: 30,
      cost_micros: 3000,
      duration_seconds: 12,
      durations: [2, 4, 6],
    },
    { agent_id: 'b', completed: 1, failed: 0, durations: [1] },
  ]);
  expect(await getAgent(crew.platform, admin, { agent_id: 'a' })).toMatchObject({
    record: { completed: 2, failed: 1, cost_usd: 0.003, median_seconds: 4, p95_seconds: 6 },
  });
});

it('keeps the last hundred durations', async () => {
  await note(...Array.from({ length: 130 }, (_, i) => outcome('a', i)));
  const [record] = await recordsOf(crew.platform.db.read, ['a']);
  expect(record?.durations).toHaveLength(100);
  expect(record?.durations[0]).toBe(30);
});

it('notes nothing where nobody did anything', async () => {
  await note();
  expect(await recordsOf(crew.platform.db.read, [])).toEqual([]);
});

it('takes quantiles by nearest rank', () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.5, 0.95, 1].map((share) => quantile(values, share))).toEqual([1, 3, 5, 5]);
  expect(quantile([], 0.5)).toBeNull();
});

it('leaves what an operator decided, however long an agent is silent', () => {
  const at = new Date('2026-03-01T12:00:00Z');
  expect(stateAt({ state: 'draining', last_seen_at: null }, at, 30)).toBe('draining');
  expect(stateAt({ state: 'active', last_seen_at: null }, at, 30)).toBe('lost');
});
