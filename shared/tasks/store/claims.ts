/** The hot statements: what an agent may take, and taking it. */
import { sql, type ExpressionBuilder, type Kysely } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Agent } from '../../agents/agent.ts';
import type { TaskTable } from '../store.ts';
import { budgetCostOfAll } from './budget-cost.ts';
import { mayHold } from './may-hold.ts';

interface Tables {
  agents: Agent;
  queue_agents: { agent_id: string; queue_id: string };
  tasks: TaskTable;
}

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
    .select(['agents.id', 'agents.state', 'agents.last_seen_at', 'queue_agents.queue_id'])
    .select([mayHold.as('may_hold'), now().as('at')])
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

export interface Taking {
  agent_id: string;
  claim_id: string;
  max: number;
  lease_seconds: number;
}

/** What a claim makes of a task; what the attempts before have used is kept. */
const taken = (row: ExpressionBuilder<Tables, 'tasks'>, p: Taking) => {
  const lease = sql<Date>`case when time_limit_seconds < ${p.lease_seconds} then now_plus(time_limit_seconds) else ${now(p.lease_seconds)} end`;
  return {
    state: 'running' as const,
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
    model: null,
    progress_note: null,
    earlier_tokens: sql<number>`earlier_tokens + input_tokens + output_tokens`,
    earlier_cost_micros: row('earlier_cost_micros', '+', row.ref('cost_micros')),
    earlier_budget_micros: budgetCostOfAll,
    input_tokens: 0,
    cached_tokens: 0,
    output_tokens: 0,
    cost_micros: 0,
    priced: false,
  };
};

/** How many more tasks the agent may hold: none where it is not active. */
const room = (q: Kysely<Tables>, p: Taking) => {
  const counted = q
    .selectFrom('agents')
    .leftJoin('tasks as live', (join) =>
      join
        .onRef('live.holder_id', '=', 'agents.id')
        .on('live.state', '=', 'running')
        .on('live.lease_until', '>', now()),
    )
    .select((row) => sql<number>`${mayHold} - ${row.fn.count('live.id')}`.as('room'))
    .where('agents.id', '=', p.agent_id)
    .where('agents.state', '=', 'active')
    .groupBy(['agents.max_concurrent_tasks', 'agents.measured_capacity'])
    .having((row) => row(mayHold, '>', row.fn.count<number>('live.id')));
  return sql<number>`coalesce(${counted}, 0)`;
};

/** The `max` first tasks of each queue that the agent serves, as they are looked at: nothing is locked. */
const heads = (q: Kysely<Tables>, p: Taking) =>
  q
    .selectFrom('queue_agents as served')
    .crossJoin('tasks as head')
    .select(['head.id', 'head.priority', 'head.place'])
    .where('served.agent_id', '=', p.agent_id)
    .where('head.id', 'in', (row) =>
      row
        .selectFrom('tasks as first')
        .select('first.id')
        .whereRef('first.queue_id', '=', 'served.queue_id')
        .where('first.state', '=', 'queued')
        .orderBy('first.priority')
        .orderBy('first.place')
        .orderBy('first.id')
        .limit(p.max),
    );

/**
 * Takes the most urgent tasks of the agent's queues, up to `max` and as many as it has room for; none where the claim
 * holds some already. Others pass over what is being taken, and over nothing else. The agent's row is locked.
 */
const taking = (q: Kysely<Tables>, p: Taking) =>
  q
    .updateTable('tasks')
    .set((row) => taken(row, p))
    .where('state', '=', 'queued')
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('tasks as before')
            .select('before.id')
            .where('before.holder_id', '=', p.agent_id)
            .where('before.state', '=', 'running')
            .where('before.claim_id', '=', p.claim_id)
            .where('before.lease_until', '>', now()),
        ),
      ),
    )
    .where('id', 'in', (row) =>
      row
        .selectFrom(
          heads(q, p).orderBy('head.priority').orderBy('head.place').orderBy('head.id').limit(p.max).as('open'),
        )
        .innerJoin('tasks as free', 'free.id', 'open.id')
        .select('free.id')
        .where('free.state', '=', 'queued')
        .orderBy('open.priority')
        .orderBy('open.place')
        .orderBy('open.id')
        .limit(room(q, p))
        .forUpdate('free')
        .skipLocked(),
    );

export const take = change((q, p: Taking) => taking(q, p));

/** The same, once this holder has settled the task of this fence; else none. */
export const takeAfter = change((q, p: Taking & { settled_id: string; settled_fence: number }) =>
  taking(q, p).where(({ exists, selectFrom }) =>
    exists(
      selectFrom('tasks as settled')
        .select('settled.id')
        .where('settled.id', '=', p.settled_id)
        .where('settled.fence', '=', p.settled_fence)
        .where('settled.holder_id', '=', p.agent_id)
        .where('settled.state', 'in', ['succeeded', 'cancelled']),
    ),
  ),
);

export type OpeningRow = Awaited<ReturnType<typeof openingRows>>[number];
