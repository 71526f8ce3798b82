/** What the demo has to show for itself: estimate against actual, ballots, cost, durations, and the record. */
import type { Client } from '../client.ts';
import type { RecordReport } from '../../shared/insights/check-record.ts';

interface Job {
  job_id: string;
  state: string;
  definition: { job_name: string };
  estimate: { tokens: Amount; cost_usd: Amount | null; basis: string };
  approval: {
    policy: string;
    ballots: { voter_id: string; decision: string; confidence: number; reasoning: string }[];
  };
  actual: { total_tokens: number; cost_usd: number; duration_seconds: number };
  plan: { tasks: { name: string; agent_id: string; state: string; output: object | null }[] };
  created_at: string;
  finished_at: string;
}

interface Amount {
  expected: number;
  interval_80: [number, number];
}

export interface Receipt {
  jobs: ReturnType<typeof jobReceipt>[];
  record: RecordReport;
  ok: boolean;
}

export async function receiptOf(reader: Client, ids: Iterable<string>, record: RecordReport): Promise<Receipt> {
  const jobs = await Promise.all(
    [...ids].map(async (id) => jobReceipt(await reader.get<Job>(`/v1/deployment/jobs/${id}`))),
  );
  return { jobs, record, ok: record.bad === null && jobs.every(({ state }) => state === 'succeeded') };
}

const jobReceipt = (job: Job) => ({
  job_id: job.job_id,
  job_name: job.definition.job_name,
  state: job.state,
  tokens: {
    expected: job.estimate.tokens.expected,
    interval_80: job.estimate.tokens.interval_80,
    actual: job.actual.total_tokens,
  },
  cost_usd: { expected: job.estimate.cost_usd?.expected ?? null, actual: job.actual.cost_usd },
  basis: job.estimate.basis,
  policy: job.approval.policy,
  ballots: job.approval.ballots,
  tasks: job.plan.tasks.map(({ name, agent_id, state, output }) => ({ name, agent_id, state, output })),
  run_seconds: job.actual.duration_seconds,
  road_seconds: (Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1000,
});

/** For people. */
export function receiptText({ jobs, record }: Receipt): string {
  const lines = jobs.flatMap((job) => [
    '',
    `${job.job_name} (${job.job_id}): ${job.state}`,
    `  tokens    estimated ${job.tokens.expected} (80 %: ${job.tokens.interval_80.join(' to ')}), used ${job.tokens.actual}; ${job.basis}`,
    `  cost      estimated ${usd(job.cost_usd.expected)}, spent ${usd(job.cost_usd.actual)}`,
    `  policy    ${job.policy}`,
    ...job.ballots.map(
      ({ voter_id, decision, confidence, reasoning }) =>
        `  ballot    ${decision} by ${voter_id} (confidence ${confidence}): ${reasoning}`,
    ),
    ...job.tasks.map(({ name, state, output }) => `  task      ${name}: ${state}${brief(output)}`),
    `  time      ${job.run_seconds.toFixed(2)} s running, ${job.road_seconds.toFixed(2)} s from submit to the end`,
  ]);
  const whole =
    record.bad === null ? 'whole' : `broken at ${record.bad.stream} ${record.bad.number}: ${record.bad.what}`;
  return [
    ...lines,
    '',
    `record: ${record.events} events in ${record.streams} streams, ${record.seals} ${record.seals === 1 ? 'seal' : 'seals'}, ${whole}`,
  ].join('\n');
}

const usd = (amount: number | null): string => (amount === null ? 'no price' : `${amount.toFixed(4)} USD`);

const brief = (output: object | null): string => {
  const text = output === null ? '' : JSON.stringify(output);
  return text === '' ? '' : `, ${text.length > 90 ? `${text.slice(0, 90)}…` : text}`;
};
