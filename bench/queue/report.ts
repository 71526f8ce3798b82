/** What was measured as a table, and held against what is to be reached. */
import { median } from '../floor.ts';
import type { Figures } from './contestant.ts';

/** The figures of each contestant, round by round. */
export type Rounds = Record<string, Figures[]>;

const called: Record<string, string> = {
  muster: 'Muster',
  byHand: 'by hand, SQLite',
  bullmq: 'BullMQ, Redis',
  graphile: 'graphile-worker, PostgreSQL',
};

const measured: Record<keyof Figures, string> = {
  send_alone: 'sent, one at a time (/s)',
  send: 'sent, 16 in flight (/s)',
  drain_alone: 'drained by 1 worker (/s)',
  drain: 'drained by 16 workers (/s)',
  end_to_end: 'end to end, 16 workers (/s)',
  pick_up_p50_ms: 'idle pick-up, p50 (ms)',
  pick_up_p99_ms: 'idle pick-up, p99 (ms)',
};

const keys = Object.keys(measured) as (keyof Figures)[]; // all of them, and no others

const middle = (figures: readonly Figures[], key: keyof Figures): number => median(figures.map((each) => each[key]));

/** Medians of the rounds, as Markdown. */
export function tableOf(rounds: Rounds): string {
  const names = Object.keys(rounds);
  const rows = keys.map((key) => [
    measured[key],
    ...names.map((name) => middle(rounds[name] ?? [], key).toFixed(key.endsWith('ms') ? 2 : 0)),
  ]);
  const lines = [['', ...names.map((name) => called[name] ?? name)], ['---', ...names.map(() => '---:')], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

interface Aim {
  name: string;
  ratio: number;
  /** At least, or at most. */
  least?: number;
  most?: number;
}

/** Muster as a multiple of another in the same round, the median of the rounds; NaN where the other is not there. */
function ratioTo(rounds: Rounds, other: string, key: keyof Figures): number {
  const own = rounds['muster'] ?? [];
  return median((rounds[other] ?? []).map((each, round) => (own[round]?.[key] ?? Number.NaN) / each[key]));
}

/** A line for each figure to reach, and the ratios by name. */
export function report(rounds: Rounds, beside: { few: number; many: number }) {
  const to = (other: string, key: keyof Figures) => ratioTo(rounds, other, key);
  const aims: Aim[] = [
    { name: 'send, of by hand', ratio: to('byHand', 'send_alone'), least: 0.5 },
    { name: 'send with 16 in flight, of by hand', ratio: to('byHand', 'send'), least: 0.5 },
    { name: 'drain with prefetch, of by hand', ratio: to('byHand', 'drain_alone'), least: 0.6 },
    { name: 'drain with prefetch by 16, of by hand', ratio: to('byHand', 'drain'), least: 0.6 },
    { name: 'end to end, of by hand', ratio: to('byHand', 'end_to_end'), least: 0.65 },
    { name: 'end to end, of BullMQ', ratio: to('bullmq', 'end_to_end'), least: 1.1 },
    { name: 'end to end, of graphile-worker', ratio: to('graphile', 'end_to_end') },
    { name: 'idle pick-up p50, of BullMQ', ratio: to('bullmq', 'pick_up_p50_ms'), most: 1 },
    { name: 'idle pick-up p50, of graphile-worker', ratio: to('graphile', 'pick_up_p50_ms'), most: 1 },
    { name: 'idle pick-up p99, ms', ratio: middle(rounds['muster'] ?? [], 'pick_up_p99_ms'), most: 3 },
    { name: 'a claim beside many, of beside few', ratio: beside.many / beside.few, most: 1.5 },
  ];
  const beyond = `a claim beside few tasks of others: p50 ${beside.few.toFixed(2)} ms, beside many: ${beside.many.toFixed(2)} ms`;
  const known = aims.filter(({ ratio }) => !Number.isNaN(ratio));
  return {
    lines: [beyond, ...known.map(lineOf)],
    ratios: Object.fromEntries(known.map(({ name, ratio }) => [name, ratio])),
  };
}

function lineOf({ name, ratio, least = 0, most = Infinity }: Aim): string {
  const bound = least > 0 ? ` (at least ${least})` : most < Infinity ? ` (at most ${most})` : '';
  const isMissed = ratio < least || ratio > most;
  return `${name.padEnd(40)} ${ratio.toFixed(2)}${bound}${isMissed ? ' missed' : ''}`;
}
