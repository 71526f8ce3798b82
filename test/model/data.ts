/** What the road is made of: plain data. Times are milliseconds, money is micro-dollars. */
export const second = 1000;
const minute = 60 * second;

/** How long a heartbeat interval lasts, a question is open, a grant holds, a deployment may be blocked in all, a task's attempt lasts. */
export const spans = {
  ...{ beat: 30 * second, deadline: 60 * minute, validity: 30 * minute },
  ...{ blocked: 60 * minute, attempt: 5 * minute },
};

export const heads = ['hanna', 'hugo', 'heidi'];
export const workers = ['writer', 'reader'];

export interface Definition {
  /** Two of one name are the same. */
  name: string;
  /** The primary one first; the others work before it. */
  agents: string[];
  needsTool?: true;
  /** Its model has no price. */
  isUnpriced?: true;
  isUrgent?: true;
  /** What it may cost at most. */
  ceiling: number;
  retries: number;
  timeLimit: number;
}

/** The ends are from `succeeded` on. */
export type JobState =
  | ('submitted' | 'estimated' | 'blocked' | 'awaiting_approval' | 'executing' | 'learning')
  | ('succeeded' | 'failed' | 'rejected' | 'expired' | 'cancelled');
export type TaskState = 'waiting' | 'queued' | 'delayed' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** What waits for the machine is rung again when it is due, and then after twice as long. */
export interface Row {
  due: number | null;
  wait: number;
}

export interface Job extends Row {
  id: number;
  /** So many events. */
  version: number;
  state: JobState;
  deployment: number;
  definition: Definition;
  /** Rings of the sweep that came to nothing. */
  attempts: number;
  /** Why it is blocked, or was last; since when for this reason, and since when now. */
  reason: string | null;
  reasonSince: number;
  blockedAt: number;
  blockedBefore: number;
  waitsFor: string | null;
  needs: number;
  resume: 'submitted' | 'estimated' | 'awaiting_approval';
  stop: string | null;
  stopAt: number;
  outcome: JobState | null;
  /** What it holds of a month. */
  held: { budget: Budget; reserved: number; spent: number };
}

export interface Question extends Row {
  job: number;
  deployment: number;
  definition: Definition;
  state: 'open' | 'granted' | 'rejected' | 'expired' | 'voided' | 'consumed';
  deadline: number;
  grantedAt: number;
  validFor: number;
  groups: { needed: number; voters: string[] }[];
  ballots: Partial<Record<string, 'yes' | 'no'>>;
}

export interface Task {
  name: string;
  job: number;
  deployment: number;
  agent: string;
  state: TaskState;
  after: Task[];
  priority: number;
  /** Among those of its priority. */
  place: number;
  attempts: number;
  mostAttempts: number;
  timeLimit: number;
  /** Counts the holders; whoever names an older one is not the holder any more. */
  fence: number;
  holder: string | null;
  claim: string | null;
  startedAt: number;
  stopAt: number;
  /** When a lease runs out or a delay is over. */
  due: number | null;
  stop: string | null;
  settledAs: TaskState | null;
  /** Of this attempt, of those before, and from where on a report rings at once. */
  cost: number;
  earlier: number;
  alarm: number;
  isTold: boolean;
}

export interface Budget {
  period: string;
  limit: number;
  reserved: number;
  spent: number;
}

export interface Road {
  now: number;
  /** Of the first month. */
  limit: number;
  jobs: Job[];
  questions: Question[];
  tasks: Task[];
  budgets: Budget[];
  /** `estimate 0`, `wake budget:month`. */
  bells: string[];
  hasTool: boolean;
  /** When an agent called last. */
  seen: Record<string, number>;
  keys: Partial<Record<string, { body: string; job: number }>>;
  places: number;
}

export const newRoad = (now: number, limit: number): Road => ({
  ...{ now, limit, jobs: [], questions: [], tasks: [], budgets: [], bells: [], hasTool: false, keys: {}, places: 0 },
  seen: Object.fromEntries([...heads, ...workers].map((id) => [id, now])),
});

/** The code of a refusal. Nothing has changed. */
export class Refused extends Error {}

export const refuse = (code: string): never => {
  throw new Refused(code);
};

export const ring = (road: Road, bell: string, about: string | number): void =>
  void road.bells.push(`${bell} ${about}`);

export const isSilent = ({ now, seen }: Road, agent: string, intervals: number): boolean =>
  now - (seen[agent] ?? 0) >= intervals * spans.beat;
