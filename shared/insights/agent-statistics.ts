/** getAgentStatistics: what an agent has to do, what it has done, and how it has voted. */
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { mayReadAll } from '../access/permissions.ts';
import { effectiveConcurrency, type Agent } from '../agents/agent.ts';
import { failuresOf, isFailing } from '../agents/failing.ts';
import { quantile } from '../agents/note-outcomes.ts';
import { findAgent } from '../agents/store.ts';
import { recordsOf } from '../agents/store/records.ts';
import { refuse } from '../outcomes.ts';
import { usdOf } from '../platform/money.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import { agentQueue } from '../tasks/queue-name.ts';
import { ballotsOf, liveLeases, queuedIn } from './store/agents.ts';
import { agreementOf, calibrationOf } from './voting.ts';

const portion = z.number().min(0).max(1);

export const AgentStatistics = z
  .strictObject({
    agent_id: z.string(),
    load: z.strictObject({
      running: z.int().describe('tasks that it holds'),
      limit: z.int().describe('how many it may hold'),
      queued: z.int().describe('tasks that are addressed to it and wait'),
    }),
    tasks: z.strictObject({
      completed: z.int(),
      failed: z.int(),
      error_rate: portion.nullable().describe('null before its first task has ended'),
      recent: z
        .strictObject({ failed: z.int(), of: z.int(), failing: z.boolean() })
        .describe('of its last 20 since it was put back into service; where it is failing, it is isolated'),
      median_seconds: z.number().nullable().describe('of its last hundred'),
      p95_seconds: z.number().nullable(),
      tokens: z.number(),
      cost_usd: z.number(),
    }),
    voting: z
      .strictObject({
        ballots: z.int(),
        agreement: portion.nullable().describe('the share that said what the question came to'),
        calibration: z.strictObject({
          judged: z.int().describe('ballots whose job has run to its end'),
          mean_confidence: portion.nullable(),
          borne_out: portion.nullable().describe('the share of yes that succeeded and of no that failed'),
          brier_score: portion.nullable().describe('0 is perfect, 0.25 is knowing nothing'),
          buckets: z.array(
            z.strictObject({
              from: portion,
              to: portion,
              count: z.int(),
              mean_confidence: portion,
              borne_out: portion,
            }),
          ),
        }),
      })
      .describe('over its newest 200 ballots'),
  })
  .meta({ id: 'AgentStatistics' });

export type AgentStatistics = z.output<typeof AgentStatistics>;

const newestBallots = 200;

/** Refuses `not_found`, also an agent that asks for another. */
export async function getAgentStatistics(
  { db: { read } }: Platform,
  caller: Caller,
  { agent_id }: { agent_id: string },
): Promise<AgentStatistics> {
  if (caller.id !== agent_id && !mayReadAll(caller)) refuse('not_found');
  const agent = (await findAgent(read, { id: agent_id })) ?? refuse('not_found');
  return {
    agent_id,
    load: await loadOf(read, agent),
    tasks: await workOf(read, agent),
    voting: await votingOf(read, agent_id),
  };
}

async function loadOf(read: Reads, agent: Agent) {
  const held = await liveLeases(read, { agent_id: agent.id });
  const waiting = await queuedIn(read, { queue_id: agentQueue(agent.id) });
  return { running: held?.count ?? 0, limit: effectiveConcurrency(agent), queued: waiting?.count ?? 0 };
}

async function workOf(read: Reads, { id, restored_at }: Agent): Promise<AgentStatistics['tasks']> {
  const [record] = await recordsOf(read, [id]);
  const { completed = 0, failed = 0, tokens = 0, cost_micros = 0, durations = [], outcomes = [] } = record ?? {};
  const recent = failuresOf(outcomes, restored_at);
  return {
    ...{ completed, failed, tokens },
    error_rate: completed + failed === 0 ? null : failed / (completed + failed),
    recent: { ...recent, failing: isFailing(recent) },
    median_seconds: quantile(durations, 0.5),
    p95_seconds: quantile(durations, 0.95),
    cost_usd: usdOf(cost_micros),
  };
}

async function votingOf(read: Reads, voter_id: string): Promise<AgentStatistics['voting']> {
  const ballots = await ballotsOf(read, { voter_id, limit: newestBallots });
  return { ballots: ballots.length, agreement: agreementOf(ballots), calibration: calibrationOf(ballots) };
}
