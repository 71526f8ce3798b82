/** The record of agents: how many tasks they ended, at what cost and how fast. */
import { upsert } from '../platform/database/statement.ts';
import { failuresOf, isFailing, keptOutcomes } from './failing.ts';
import type { Tx } from '../platform/platform.ts';
import { insertRecord, recordsOf, updateRecord, type AgentRecord } from './store/records.ts';

export interface TaskOutcome {
  /** Null where nobody has taken the task: nothing to note. */
  agent_id: string | null;
  succeeded: boolean;
  tokens: number;
  cost_micros: number;
  duration_seconds: number;
  /** When it ended; missing in what was kept before that was told. */
  ended_at?: string | null;
}

const keptDurations = 100;

/**
 * Adds outcomes to the agents' records, one row an agent. One caller at a time: the learner's lock is held. Gives the
 * agents that have failed now, and at too much of late.
 */
export async function noteOutcomes(tx: Tx, outcomes: readonly TaskOutcome[]): Promise<string[]> {
  const byAgent = Map.groupBy(outcomes, ({ agent_id }) => agent_id);
  const ids = [...byAgent.keys()].filter((id) => id !== null).toSorted();
  const known = new Map((await recordsOf(tx, ids)).map((row) => [row.agent_id, row]));
  const failing: string[] = [];
  for (const agent_id of ids) {
    const noted = byAgent.get(agent_id) ?? [];
    const record = withOutcomes(known.get(agent_id) ?? emptyRecord(agent_id), noted);
    await upsert(tx, record, { update: updateRecord, insert: insertRecord });
    if (noted.some(({ succeeded }) => !succeeded) && isFailing(failuresOf(record.outcomes, null)))
      failing.push(agent_id);
  }
  return failing;
}

const emptyRecord = (agent_id: string): AgentRecord => ({
  agent_id,
  completed: 0,
  failed: 0,
  tokens: 0,
  cost_micros: 0,
  duration_seconds: 0,
  durations: [],
  outcomes: [],
});

function withOutcomes(record: AgentRecord, outcomes: readonly TaskOutcome[]): AgentRecord {
  const total = (of: (outcome: TaskOutcome) => number) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0);
  const completed = outcomes.filter(({ succeeded }) => succeeded).length;
  return {
    agent_id: record.agent_id,
    completed: record.completed + completed,
    failed: record.failed + outcomes.length - completed,
    tokens: record.tokens + total(({ tokens }) => tokens),
    cost_micros: record.cost_micros + total(({ cost_micros }) => cost_micros),
    duration_seconds: record.duration_seconds + total(({ duration_seconds }) => duration_seconds),
    durations: [...record.durations, ...outcomes.map(({ duration_seconds }) => duration_seconds)].slice(-keptDurations),
    outcomes: [...record.outcomes, ...outcomes.map(outcomeOf)].slice(-keptOutcomes),
  };
}

const outcomeOf = ({ succeeded, ended_at = null }: TaskOutcome) => ({ succeeded, at: ended_at });

/** The value that this share of the values does not pass (nearest rank); null of nothing. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
