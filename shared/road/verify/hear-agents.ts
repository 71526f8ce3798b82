/** Verifiers that are agents: what they have said of a deployment, asking those who have not. */
import type { Platform, Tx } from '../../platform/platform.ts';
import type { Agent } from '../../agents/agent.ts';
import { agentsByIds } from '../../agents/read.ts';
import type { Job } from '../../jobs/job.ts';
import type { Finding, ReadinessCheck } from '../../readiness/readiness.ts';
import { timed } from '../../readiness/timed.ts';
import { deleteVerification, verificationsOf } from '../../tools/store/verifications.ts';
import { askAgents, questionsOf } from './ask-agents.ts';
import { foreseen, isInService, verdictOf } from './findings.ts';
import type { Asking, ByAgent } from './request.ts';

/** What was heard of the verifiers of one deployment. */
export interface Heard {
  checks: ReadinessCheck[];
  /** Ids of all verifications. */
  all: string[];
  /** Of those that are to be asked anew at the next try: what was said has been used, or was of no use. */
  again: string[];
  /** Of those that are still to be answered. */
  awaited: string[];
}

/** Asks where there is no answer yet, and waits a moment for it. Outside of transactions. */
export async function hearAgents(platform: Platform, asking: Asking, verifiers: readonly ByAgent[]): Promise<Heard> {
  const heard: Heard = { checks: [], all: [], again: [], awaited: [] };
  if (verifiers.length === 0) return heard;
  heard.checks = await timed(platform.clock, async () => {
    const verdicts = await verdictsOf(platform, asking, verifiers);
    for (const { id, awaited, findings } of verdicts) {
      if (id === undefined) continue;
      heard.all.push(id);
      if (awaited) heard.awaited.push(id);
      else if (findings.some(({ state }) => state === 'failed')) heard.again.push(id);
    }
    return verdicts.flatMap(({ findings }) => findings);
  });
  return heard;
}

interface Verdict {
  /** Of the verification, where there is one. */
  id: string | undefined;
  awaited: boolean;
  findings: Finding[];
}

async function verdictsOf(platform: Platform, asking: Asking, verifiers: readonly ByAgent[]): Promise<Verdict[]> {
  const agents = await agentsOf(platform, verifiers);
  const able = verifiers.filter(({ agent_id }) => isInService(agents.get(agent_id)));
  const called = await askAgents(platform, asking, able);
  const rows = await questionsOf(platform, asking);
  const answer_in_seconds = platform.config.AGENT_DEFAULT_TIMEOUT;
  return verifiers.map((verifier) => {
    const { name, agent_id } = verifier;
    const row = rows.get(name);
    const known = { agent: agents.get(agent_id), row, called: called.get(name), answer_in_seconds };
    return { id: row?.id, ...verdictOf(verifier, known) };
  });
}

async function agentsOf({ db }: Platform, verifiers: readonly ByAgent[]): Promise<Map<string, Agent>> {
  const ids = [...new Set(verifiers.map(({ agent_id }) => agent_id))];
  return new Map((await agentsByIds(db.read, ids)).map((agent) => [agent.id, agent]));
}

/** What will come of them, before there is a job. */
export async function foreseeAgents(platform: Platform, verifiers: readonly ByAgent[]): Promise<ReadinessCheck[]> {
  if (verifiers.length === 0) return [];
  return timed(platform.clock, async () => {
    const agents = await agentsOf(platform, verifiers);
    return verifiers.map((verifier) => foreseen(verifier, agents.get(verifier.agent_id)));
  });
}

/** In the transaction that blocks the job: who is asked anew next time; what came meanwhile wakes it at once. */
export async function settleHeard(tx: Tx, { id, deployment_id }: Job, { again, awaited }: Heard): Promise<void> {
  await forget(tx, again);
  if (awaited.length === 0) return;
  const rows = await verificationsOf(tx, { deployment_id });
  if (rows.some((row) => awaited.includes(row.id) && row.answered_at !== null)) tx.ring('wake', id);
}

/** In the transaction that opens the question: the answers stand in the readiness. */
export const forgetHeard = (tx: Tx, { all }: Heard): Promise<void> => forget(tx, all);

async function forget(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const id of ids.toSorted()) await deleteVerification(tx, { id });
}
