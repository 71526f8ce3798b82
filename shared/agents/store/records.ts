/** What is known of agents from the tasks they ended: a table of its own, so that nobody waits for the agent's row. */
import { now, store } from '../../platform/database/statement.ts';
import type { Outcome } from '../failing.ts';
import type { Reads } from '../../platform/platform.ts';

export interface AgentRecord {
  agent_id: string;
  completed: number;
  failed: number;
  tokens: number;
  cost_micros: number;
  /** Of all its tasks together. */
  duration_seconds: number;
  /** Seconds of its last tasks, oldest first. */
  durations: number[];
  /** How its last tasks ended, oldest first. */
  outcomes: Outcome[];
}

/** Outcomes are null until the first one is noted by this version. */
type Row = Omit<AgentRecord, 'outcomes'> & { outcomes: Outcome[] | null };

const { change, tables } = store<{ agent_records: Row & { changed_at: Date } }>();

/** The records of these agents; those without any are missing. */
export async function recordsOf(on: Reads, agent_ids: readonly string[]): Promise<AgentRecord[]> {
  if (agent_ids.length === 0) return [];
  const query = tables(on).selectFrom('agent_records').selectAll();
  const rows = await on.run(query.where('agent_id', 'in', agent_ids).orderBy('agent_id').compile());
  return rows.map((row) => ({ ...row, outcomes: row.outcomes ?? [] }));
}

export const insertRecord = change((q, p: AgentRecord) =>
  q.insertInto('agent_records').values({
    agent_id: p.agent_id,
    completed: p.completed,
    failed: p.failed,
    tokens: p.tokens,
    cost_micros: p.cost_micros,
    duration_seconds: p.duration_seconds,
    durations: p.durations,
    outcomes: p.outcomes,
    changed_at: now(),
  }),
);

export const updateRecord = change((q, p: AgentRecord) =>
  q
    .updateTable('agent_records')
    .set({
      completed: p.completed,
      failed: p.failed,
      tokens: p.tokens,
      cost_micros: p.cost_micros,
      duration_seconds: p.duration_seconds,
      durations: p.durations,
      outcomes: p.outcomes,
      changed_at: now(),
    })
    .where('agent_id', '=', p.agent_id)
    .returning('agent_id'),
);
