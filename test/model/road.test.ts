/** Muster does what the model of the road says, whatever happens in whatever order. */
import { expect, it } from 'vitest';
import { held } from './held.ts';

/** More of them by hand: `MODEL_RUNS=100000 vitest run test/model/road.test.ts`. */
const usual = 5000;
const runs = Number(process.env['MODEL_RUNS'] ?? usual);

/** What so many runs must come to, or they would show little. */
const everything = [
  ...['submitted', 'awaiting_approval', 'executing', 'executing cancel', 'executing budget', 'executing time_limit'],
  ...[
    'succeeded',
    'failed',
    'failed budget',
    'failed time_limit',
    'cancelled',
    'cancelled cancel',
    'rejected',
    'expired',
  ],
  ...['price:unheard', 'tool:search', 'agent:writer', 'category:data', 'budget:month'].map(
    (thing) => `waits for ${thing}`,
  ),
].map((state) => `job ${state}`);
const tasks = ['waiting', 'queued', 'delayed', 'running', 'succeeded', 'failed', 'cancelled'];
const questions = ['open', 'granted', 'rejected', 'expired', 'voided', 'consumed'];
const refusals = [
  ...['idempotency_key_reused', 'not_found', 'not_eligible', 'question_changed', 'approval_closed', 'already_voted'],
  ...['stale', 'job_ended', 'job_not_ended', 'job_not_changeable', 'lease_lost', 'in_use'],
];
everything.push(...tasks.map((state) => `task ${state}`), ...questions.map((state) => `question ${state}`));
everything.push(...refusals.map((code) => `refused: ${code}`));

it('does as the model of the road in thousands of runs of up to a hundred steps', { timeout: 600_000 }, async () => {
  const { reached, ...figures } = await held({ runs, seeds: [5, 6] });
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  expect(figures.steps).toBeGreaterThan(runs * 10);
  const missed = everything.filter((one) => !reached.has(one));
  if (runs < usual) process.stdout.write(`so few runs did not come to: ${missed.join(', ')}\n`);
  else expect(missed).toEqual([]);
});
