/** The hot statements: what an agent may take, and taking it. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Tx } from '../../platform/platform.ts';
import type { Agent } from '../../agents/agent.ts';
import { mostClaimed } from '../lease.ts';
import type { TaskTable } from '../store.ts';
import type { Task } from '../task.ts';

const { all, change } = store<{
  agents: Agent;
  queue_agents: { agent_id: string; queue_id: string };
  tasks: TaskTable;
}>();

/** A row for each queue that the agent serves, or one without: whether it has work, and what the agent holds. */
export const openingRows = all((q, p: { agent_id: string; claim_id: string }) =>
  q
    .selectFrom('agents')
    .leftJoin('queue_agents', 'queue_agents.agent_id', 'agents.id')
    .select([
      'agents.id',
      'agents.state',
      'agents.last_seen_at',
      'agents.max_concurrent_tasks',
      'queue_agents.queue_id',
      now().as('at'),
    ])
    .select((row) => [
      row
        .selectFrom('tasks')
        .select('tasks.id')
        .whereRef('tasks.queue_id', '=', 'queue_agents.queue_id')
        .where('tasks.state', '=', 'queued')
        .limit(1)
        .as('next_task'),
      row
        .selectFrom('tasks')
        .select(sql<number>`count(*)`.as('count'))
        .whereRef('tasks.holder_id', '=', 'agents.id')
        .where('tasks.state', '=', 'running')
        .where('tasks.lease_until', '>', now())
        .as('live'),
      row
        .selectFrom('tasks')
        .select('tasks.id')
        .whereRef('tasks.holder_id', '=', 'agents.id')
        .where('tasks.state', '=', 'running')
        .where('tasks.claim_id', '=', p.claim_id)
        .where('tasks.lease_until', '>', now())
        .limit(1)
        .as('repeated'),
    ])
    .where('agents.id', '=', p.agent_id),
);

/** The live leases of one claim. */
export const leasesOfClaim = all((q, p: { agent_id: string; claim_id: string }) =>
  q
    .selectFrom('tasks')
    .selectAll()
    .where('holder_id', '=', p.agent_id)
    .where('state', '=', 'running')
    .where('claim_id', '=', p.claim_id)
    .where('lease_until', '>', now())
    .orderBy('priority')
    .orderBy('place')
    .orderBy('id'),
);

/** Where a task stands in its queue. */
export type Place = Pick<Task, 'id' | 'queue_id' | 'priority' | 'place'>;

/** The head of a queue as it is looked at, not locked. */
export const placesInQueue = all((q, p: { queue_id: string; limit: number }) =>
  q
    .selectFrom('tasks')
    .select(['id', 'queue_id', 'priority', 'place'])
    .where('queue_id', '=', p.queue_id)
    .where('state', '=', 'queued')
    .orderBy('priority')
    .orderBy('place')
    .orderBy('id')
    .limit(p.limit),
);

/** The head of a queue, locked; who looks at the same time gets what is behind it. */
export const headOfQueue = all((q, p: { queue_id: string; limit: number }) =>
  q
    .selectFrom('tasks')
    .selectAll()
    .where('queue_id', '=', p.queue_id)
    .where('state', '=', 'queued')
    .orderBy('priority')
    .orderBy('place')
    .orderBy('id')
    .limit(p.limit)
    .forUpdate()
    .skipLocked(),
);

export interface Taken {
  agent_id: string;
  claim_id: string;
  lease_seconds: number;
}

/** A statement for so many ids; what the attempts before have used is kept. */
const takeOf = (size: number) =>
  change((q, p: Taken & Record<`id_${number}`, string>) => {
    const lease = sql<Date>`case when time_limit_seconds < ${p.lease_seconds} then now_plus(time_limit_seconds) else ${now(p.lease_seconds)} end`;
    return q
      .updateTable('tasks')
      .set((row) => ({
        state: 'running',
        fence: row('fence', '+', 1),
        attempts: row('attempts', '+', 1),
        holder_id: p.agent_id,
        claim_id: p.claim_id,
        lease_until: lease,
        due_at: lease,
        started_at: now(),
        stop_at: sql<Date>`now_plus(time_limit_seconds)`,
        settled_as: null,
        progress: null,
        progress_note: null,
        earlier_tokens: sql<number>`earlier_tokens + input_tokens + output_tokens`,
        earlier_cost_micros: row('earlier_cost_micros', '+', row.ref('cost_micros')),
        earlier_budget_micros: sql<number>`earlier_budget_micros + case when priced = 1 then cost_micros else 0 end`,
        input_tokens: 0,
        cached_tokens: 0,
        output_tokens: 0,
        cost_micros: 0,
        priced: false,
      }))
      .where(
        'id',
        'in',
        Array.from({ length: size }, (_, i) => p[`id_${i}`] ?? ''),
      )
      .where('state', '=', 'queued')
      .returning('id');
  });

/** A few sizes, so that none is built at a call; shorter lists repeat their last id. */
const takes = [1, 8, mostClaimed].map((size) => ({ size, take: takeOf(size) }));

/** Takes queued tasks, at most `mostClaimed`, and gives the ids it got. */
export async function takeRows(tx: Tx, ids: readonly string[], taken: Taken): Promise<Set<string>> {
  const fitting = takes.find(({ size }) => size >= ids.length);
  if (fitting === undefined) throw new RangeError(`more than ${mostClaimed} tasks in one claim`);
  const named = Array.from({ length: fitting.size }, (_, i): [string, string] => [
    `id_${i}`,
    ids[Math.min(i, ids.length - 1)] ?? '',
  ]);
  const hit = await fitting.take(tx, { ...taken, ...Object.fromEntries(named) });
  return new Set(hit.map(({ id }) => id));
}

export type OpeningRow = Awaited<ReturnType<typeof openingRows>>[number];
