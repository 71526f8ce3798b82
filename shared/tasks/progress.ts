/** reportProgress: how far a task is and what it has used, told by its holder. */
import type { Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import type { Progress, ProgressAnswer } from './report.ts';
import { spentOf } from './spent.ts';
import { updateProgress } from './store/settle.ts';

/** One statement. Tells the execute stage when the cost passes the alarm. Refuses `lease_lost`. */
export async function reportProgress(
  platform: Platform,
  caller: Caller,
  { task_id, fence, progress, note, usage }: Progress,
): Promise<ProgressAnswer> {
  const spent = await spentOf(platform.db.read, caller.id, usage);
  const held = { id: task_id, fence, holder_id: caller.id };
  return platform.db.transaction('reportProgress', async (tx) => {
    const [row] = await updateProgress(tx, {
      ...held,
      ...spent,
      progress: progress ?? null,
      note: note === undefined ? null : mask(note),
    });
    if (row === undefined) refuse('lease_lost');
    if (isAlarming(row)) tx.ring('execute', row.job_id);
    return { task_id, stop_reason: row.stop_reason };
  });
}

interface Costly {
  cost_micros: number;
  priced: boolean;
  earlier_budget_micros: number;
  alarm_micros: number | null;
}

const isAlarming = ({ cost_micros, priced, earlier_budget_micros, alarm_micros }: Costly): boolean =>
  alarm_micros !== null && earlier_budget_micros + (priced ? cost_micros : 0) > alarm_micros;
