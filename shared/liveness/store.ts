/** Agents that are found to fail, and those on their way back: a row an agent, deleted when it is over. */
import { now, store } from '../platform/database/statement.ts';

export interface Recovery {
  agent_id: string;
  /** Of this recovery: an agent may have another one later. */
  id: string;
  /** When it was isolated; null: it is only suspected. */
  began_at: Date | null;
  /** How often it was looked at since. With the id it is the fence: who looks later writes, who looked earlier does not. */
  tries: number;
  due_at: Date;
}

const { first, change } = store<{ recoveries: Recovery }>();

export const findRecovery = first((q, p: { agent_id: string }) =>
  q.selectFrom('recoveries').select('id').where('agent_id', '=', p.agent_id),
);

export const insertRecovery = change((q, p: Pick<Recovery, 'id' | 'agent_id'>) =>
  q.insertInto('recoveries').values({ id: p.id, agent_id: p.agent_id, tries: 0, due_at: now() }),
);

/** Those that are due, oldest first, and nobody else's for so many seconds; the try is counted. */
export const takeDue = change((q, p: { limit: number; seconds: number }) =>
  q
    .updateTable('recoveries')
    .set((row) => ({ tries: row('tries', '+', 1), due_at: now(p.seconds) }))
    .where('due_at', '<=', now())
    .where('agent_id', 'in', (inner) =>
      inner
        .selectFrom('recoveries')
        .select('agent_id')
        .where('due_at', '<=', now())
        .orderBy('due_at')
        .limit(p.limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning(['id', 'agent_id', 'began_at', 'tries']),
);

/** What was taken, as it is; undefined: it is over, or somebody else's. */
export const lockTaken = first((q, p: Pick<Recovery, 'agent_id' | 'id' | 'tries'>) =>
  q
    .selectFrom('recoveries')
    .selectAll()
    .where('agent_id', '=', p.agent_id)
    .where('id', '=', p.id)
    .where('tries', '=', p.tries)
    .forUpdate(),
);

/** The agent is isolated now; its first try comes after so many seconds. It is locked. */
export const beginRecovery = change((q, p: { agent_id: string; seconds: number }) =>
  q
    .updateTable('recoveries')
    .set({ began_at: now(), tries: 0, due_at: now(p.seconds) })
    .where('agent_id', '=', p.agent_id),
);

/** The next try. It is locked. */
export const putOffRecovery = change((q, p: { agent_id: string; seconds: number }) =>
  q
    .updateTable('recoveries')
    .set({ due_at: now(p.seconds) })
    .where('agent_id', '=', p.agent_id),
);

/** Of an agent that is locked. */
export const deleteRecovery = change((q, p: { agent_id: string }) =>
  q.deleteFrom('recoveries').where('agent_id', '=', p.agent_id).returning('began_at'),
);
