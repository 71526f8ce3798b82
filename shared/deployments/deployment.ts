/** One numbered, immutable snapshot of a job's definition, with its own question and run. */
import type { JobDefinition } from '../jobs/definition.ts';

/** What the run used, for the estimate to learn from. */
export interface Actual {
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  total_tokens: number;
  cost_micros: number;
  duration_seconds: number;
  /** Each task's part, for its agent's record. */
  tasks: TaskActual[];
}

export interface TaskActual {
  name: string;
  /** The step that it undid; runs of earlier versions do not say. */
  undoes?: string | null;
  agent_id: string | null;
  succeeded: boolean;
  /** It came to an end by itself, rather than being cancelled. */
  ended: boolean;
  /** When; missing in what was kept before that was told. */
  ended_at?: string | null;
  tokens: number;
  cost_micros: number;
  duration_seconds: number;
}

/** The row. `estimate` and `readiness` are the answers of their rooms, kept as they were given. */
export interface Deployment<Estimate = object, Readiness = object> {
  id: string;
  job_id: string;
  number: number;
  definition: JobDefinition;
  estimate: Estimate | null;
  readiness: Readiness | null;
  /** Why its plan is run by the primary agent alone; null: it is run whole, or has not begun. */
  alone_because: string | null;
  outcome: string | null;
  outcome_reason: string | null;
  actual: Actual | null;
  created_at: Date;
  ended_at: Date | null;
}
