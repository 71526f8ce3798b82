/** Key figures against the targets of the field, over the most recent work. */
import { z } from 'zod';
import { usdOf } from '../platform/money.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import { listBudgets } from '../budgets/set.ts';
import { estimateAccuracy } from '../estimates/statistics.ts';
import { keyFigure, mean, percentile, share, type KeyFigure } from './figures.ts';
import {
  jobsByState,
  messagesByState,
  recentApprovals,
  recentBallots,
  recentDeployments,
  resourceUse,
  tasksByState,
} from './store/figures.ts';

const counts = z.record(z.string(), z.int());

export const Statistics = z
  .strictObject({
    jobs: counts,
    tasks: counts,
    messages: counts,
    key_figures: z.array(
      z.strictObject({
        name: z.string(),
        unit: z.string(),
        value: z.number().nullable(),
        target: z.string(),
        met: z.boolean().nullable().describe('null: no data yet'),
      }),
    ),
  })
  .meta({ id: 'Statistics' });

/** How many of the newest rows a figure looks at. */
const recent = 1000;

export async function getStatistics(platform: Platform): Promise<z.output<typeof Statistics>> {
  const { read } = platform.db;
  return {
    jobs: byState(await jobsByState(read, {})),
    tasks: byState(await tasksByState(read, {})),
    messages: byState(await messagesByState(read, {})),
    key_figures: [
      ...(await estimateFigures(read)),
      ...(await runFigures(read)),
      ...(await approvalFigures(read)),
      ...(await moneyFigures(platform)),
    ],
  };
}

export const byState = (rows: { state: string; count: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ state, count }) => [state, count]));

async function estimateFigures(read: Reads): Promise<KeyFigure[]> {
  const { n, within_10_percent, coverage_80, coverage_90 } = await estimateAccuracy(read, { target: 'tokens' });
  const value = (figure: number | null) => (n === 0 ? null : figure);
  return [
    {
      name: 'estimates within 10 percent',
      unit: 'share',
      value: value(within_10_percent),
      target: 'as often as stated',
      met: null,
    },
    keyFigure(
      { name: 'coverage of the 80 percent interval', unit: 'share', value: value(coverage_80), target: '0.75 to 0.87' },
      (x) => x >= 0.75 && x <= 0.87,
    ),
    keyFigure(
      { name: 'coverage of the 90 percent interval', unit: 'share', value: value(coverage_90), target: '0.84 to 0.95' },
      (x) => x >= 0.84 && x <= 0.95,
    ),
  ];
}

async function runFigures(read: Reads): Promise<KeyFigure[]> {
  const ended = await recentDeployments(read, { limit: recent });
  const costs = ended.flatMap(({ actual }) => (actual === null ? [] : [usdOf(actual.cost_micros)]));
  const seconds = ended.flatMap(({ actual }) => (actual === null ? [] : [actual.duration_seconds]));
  const used = (await resourceUse(read, {})).map(({ allocated, capacity }) =>
    capacity === 0 ? 0 : allocated / capacity,
  );
  return [
    keyFigure({ name: 'cost per deployment', unit: 'USD', value: mean(costs), target: '< 0.25' }, (x) => x < 0.25),
    keyFigure(
      {
        name: 'success rate',
        unit: 'share',
        value: share(ended, ({ outcome }) => outcome === 'succeeded'),
        target: '> 0.95',
      },
      (x) => x > 0.95,
    ),
    { name: 'duration p50', unit: 's', value: percentile(seconds, 0.5), target: 'none', met: null },
    { name: 'duration p95', unit: 's', value: percentile(seconds, 0.95), target: 'none', met: null },
    keyFigure(
      { name: 'resource utilisation', unit: 'share', value: mean(used), target: '0.6 to 0.8' },
      (x) => x >= 0.6 && x <= 0.8,
    ),
  ];
}

async function approvalFigures(read: Reads): Promise<KeyFigure[]> {
  const approvals = await recentApprovals(read, { limit: recent });
  const ballots = await recentBallots(read, { limit: recent });
  const waits = approvals.flatMap(({ opened_at, granted_at }) =>
    granted_at === null ? [] : [(granted_at.getTime() - opened_at.getTime()) / 1000],
  );
  const agreed = share(ballots, ({ decision }) => decision === 'yes');
  const agreement = agreed === null ? null : Math.max(agreed, 1 - agreed);
  return [
    keyFigure({ name: 'approval latency p50', unit: 's', value: percentile(waits, 0.5), target: '< 5' }, (x) => x < 5),
    keyFigure({ name: 'approval agreement', unit: 'share', value: agreement, target: '> 0.8' }, (x) => x > 0.8),
    keyFigure(
      {
        name: 'average confidence',
        unit: 'share',
        value: mean(ballots.map(({ confidence }) => confidence)),
        target: '> 0.85',
      },
      (x) => x > 0.85,
    ),
  ];
}

async function moneyFigures(platform: Platform): Promise<KeyFigure[]> {
  const month = (await listBudgets(platform)).find(({ scope }) => scope === 'month');
  return [
    keyFigure(
      { name: 'spent this month', unit: 'USD', value: month?.spent_usd ?? 0, target: '< 1000' },
      (x) => x < 1000,
    ),
  ];
}
