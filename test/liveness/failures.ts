/** Tasks of an agent that failed, as the learner tells of them. */
import { noteOutcomes } from '../../shared/agents/note-outcomes.ts';
import { suspect } from '../../shared/liveness/suspect.ts';
import type { Platform } from '../../shared/platform/platform.ts';

export const noteFailures = (platform: Platform, agent_id: string, count: number): Promise<void> =>
  platform.db.transaction('learning', async (tx) => {
    const failed = { agent_id, succeeded: false, tokens: 0, cost_micros: 0, duration_seconds: 1 };
    const outcomes = Array.from({ length: count }, () => ({ ...failed, ended_at: tx.at.toISOString() }));
    await suspect(tx, await noteOutcomes(tx, outcomes));
  });
