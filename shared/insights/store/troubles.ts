/** What stands still among agents, queues and mailboxes. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';

const { all } = store<{
  agents: { id: string; state: string; endpoint: string | null; last_seen_at: Date | null };
  tasks: { id: string; queue_id: string; state: string; queued_at: Date | null };
  queue_agents: { agent_id: string; queue_id: string };
  mailboxes: { mailbox: string; agent_id: string; closed_at: Date | null };
  messages: { id: string; mailbox: string; state: string; sent_at: Date; settled_at: Date | null };
  refused_messages: { from_id: string; type: string; to_role: string; times: number; last_at: Date };
}>();

const count = sql<number>`count(*)`.as('count');

/** Isolated, or silent since then; those that are called may be silent. */
export const agentsOut = all((q, p: { from_now_seconds: number }) =>
  q
    .selectFrom('agents')
    .select(['id', 'state', 'last_seen_at'])
    .where('state', '<>', 'retired')
    .where((agent) =>
      agent.or([
        agent('state', '=', 'isolated'),
        agent.and([
          agent('endpoint', 'is', null),
          agent.or([agent('last_seen_at', 'is', null), agent('last_seen_at', '<', now(p.from_now_seconds))]),
        ]),
      ]),
    )
    .orderBy('id'),
);

/** Queues with tasks that nobody alive may take: by those who serve them and have called since then. */
export const unservedQueues = all((q, p: { from_now_seconds: number }) =>
  q
    .selectFrom('tasks')
    .select(['queue_id', count])
    .where('state', '=', 'queued')
    .where((task) =>
      task.not(
        task.exists(
          task
            .selectFrom('queue_agents as serving')
            .innerJoin('agents', 'agents.id', 'serving.agent_id')
            .select('agents.id')
            .whereRef('serving.queue_id', '=', 'tasks.queue_id')
            .where('agents.state', '=', 'active')
            .where('agents.last_seen_at', '>', now(p.from_now_seconds)),
        ),
      ),
    )
    .groupBy('queue_id')
    .orderBy('queue_id'),
);

/** Mailboxes in which messages have lain since then. */
export const fullMailboxes = all((q, p: { from_now_seconds: number }) =>
  q
    .selectFrom('messages')
    .select(['mailbox', count])
    .where('state', '=', 'queued')
    .where('sent_at', '<', now(p.from_now_seconds))
    .groupBy('mailbox')
    .orderBy('mailbox'),
);

/** Dead letters since then. */
export const freshDead = all((q, p: { from_now_seconds: number }) =>
  q
    .selectFrom('messages')
    .select(['mailbox', count])
    .where('state', '=', sql.lit('dead'))
    .where('settled_at', '>', now(p.from_now_seconds))
    .groupBy('mailbox')
    .orderBy('mailbox'),
);

/** What channels have refused since then. */
export const refusedOfLate = all((q, p: { from_now_seconds: number }) =>
  q
    .selectFrom('refused_messages')
    .select(['from_id', 'type', 'to_role', 'times'])
    .where('last_at', '>', now(p.from_now_seconds))
    .orderBy('from_id')
    .orderBy('type')
    .orderBy('to_role'),
);
