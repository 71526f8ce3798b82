/** Queues, and which agents each of them serves. */
import { store } from '../../platform/database/statement.ts';

const { all, first, change } = store<{
  queues: { id: string; capabilities: string[] };
  queue_agents: { agent_id: string; queue_id: string };
  queue_matching: { name: string; touched_at: Date | null };
}>();

/** New queues and changed agents are matched one after the other, so that neither misses the other. */
export const lockQueueMatching = first((q, _: Record<never, never>) =>
  q.selectFrom('queue_matching').select('name').where('name', '=', 'queue matching').forUpdate(),
);

export const findQueue = first((q, p: { id: string }) => q.selectFrom('queues').select('id').where('id', '=', p.id));

export const insertQueue = change((q, p: { id: string; capabilities: string[] }) =>
  q.insertInto('queues').values({ id: p.id, capabilities: p.capabilities }),
);

/** Queues of capabilities; those of single agents are left out. */
export const capabilityQueues = all((q, _: Record<never, never>) =>
  q.selectFrom('queues').selectAll().where('id', 'like', 'all:%').orderBy('id'),
);

export const queuesOfAgent = all((q, p: { agent_id: string }) =>
  q.selectFrom('queue_agents').select('queue_id').where('agent_id', '=', p.agent_id).orderBy('queue_id'),
);

export const insertMatch = change((q, p: { agent_id: string; queue_id: string }) =>
  q.insertInto('queue_agents').values({ agent_id: p.agent_id, queue_id: p.queue_id }),
);

export const deleteMatch = change((q, p: { agent_id: string; queue_id: string }) =>
  q.deleteFrom('queue_agents').where('agent_id', '=', p.agent_id).where('queue_id', '=', p.queue_id),
);
