/**
 * What the actors know themselves, in the order in which they did it. Each line is written before the call it tells of,
 * because Muster may have done it long before its answer is heard, or though none ever is.
 */
import type { JobDefinition } from '../../shared/jobs/definition.ts';
import type { AssignInput } from '../../shared/tasks/assignment.ts';

/**
 * What became of a call: `done`, the code it was refused with, or `unheard`: it may have happened, may still happen,
 * or may never have arrived. `asked` until one of them is known. A call that the network doubles may have happened
 * though it was refused: its twin came first.
 */
export type Heard = 'asked' | 'done' | 'unheard' | (string & {});

export interface Used {
  model?: string | undefined;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
}

/** Lines of one kind; `at` is in simulated seconds since the beginning. */
interface Kinds {
  submission: { by: string; key: string | undefined; definition: JobDefinition; job_id: string | null };
  ballot: { voter: string; job_id: string; definition_sha256: string; decision: 'yes' | 'no'; reasoning: string };
  claim: { agent: string; claim_id: string; tasks: { task_id: string; fence: number }[] };
  report: {
    agent: string;
    task_id: string;
    fence: number;
    report: 'complete' | 'fail' | 'release' | 'progress';
    output: Record<string, unknown> | null;
    usage: Used | null;
    /** What it was told that became of the task. */
    state: string | null;
  };
  /** The same to each of them, known by its mark. */
  letter: { from: string; key: string; to: readonly string[]; mark: string; ids: string[] };
  delivery: { agent: string; message_id: string; receipt: string };
  settlement: {
    agent: string;
    message_id: string;
    receipt: string;
    action: 'acknowledge' | 'retry' | 'dead_letter';
    reason: string;
    /** What it was told that became of the message. */
    state: string | null;
  };
  cancel: { by: string; job_id: string };
  retry: { by: string; job_id: string; key: string | undefined };
  change: { by: string; job_id: string; definition: JobDefinition };
  /** A task for a job that runs; `task_id` is what was heard. */
  assignment: { by: string; key: string; job_id: string; asked: AssignInput; task_id: string | null };
  /** What an agent can do from then on. */
  skill: { id: string; capability: string };
  budget: { limit_usd: number };
  /** Dollars for a million tokens. */
  price: { model: string; input: number; cached: number; output: number };
  /** Heads, workers and people, as they were registered. */
  agent: {
    id: string;
    owner_id: string;
    role: string;
    categories: string[];
    max_concurrent_tasks: number;
    /** That it works with unless it reports another; null or none: it has not said. */
    model?: string | null;
  };
  /** Out of service from then on, until it is registered anew. */
  retirement: { id: string };
  /** An agent that is isolated or drained from then on, until an operator restores it. */
  order: { id: string; order: 'isolate' | 'drain' };
  person: { id: string; roles: string[] };
  /** Not an actor's: a job that this stage can't bear, whatever it tries. */
  poison: { job_id: string; stage: string };
  /** Nor this: something that may have cost a stage so many of its tries. */
  trouble: { tries: number };
}

export type Kind = keyof Kinds;
export type Line<K extends Kind = Kind> = K extends Kind ? { kind: K; at: number; heard: Heard } & Kinds[K] : never;

export class Ledger {
  readonly lines: Line[] = [];
  readonly #now: () => number;

  /** `now` gives simulated seconds since the beginning. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Writes a line of something that is about to be asked; whoever asked fills in what was heard. */
  note<K extends Kind>(kind: K, facts: Kinds[K]): Line<K> {
    const line = { kind, at: this.#now(), heard: 'asked', ...facts } as unknown as Line<K>; // the parts of that kind
    this.lines.push(line);
    return line;
  }

  of<K extends Kind>(kind: K): Line<K>[] {
    return this.lines.filter((line): line is Line<K> => line.kind === kind);
  }
}
