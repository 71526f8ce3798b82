/** What is found of a verifier that is an agent, in words. Pure. */
import type { Agent } from '../../agents/agent.ts';
import { findingsOf } from '../../readiness/checks/verifiers.ts';
import { failed, warned, type Finding } from '../../readiness/readiness.ts';
import type { VerificationRow } from '../../tools/verification.ts';
import { awaitedVerifier } from '../../tools/verifier.ts';
import type { ByAgent, Called } from './request.ts';

/** What is known of one verifier after it was asked. */
export interface Known {
  agent: Agent | undefined;
  row: VerificationRow | undefined;
  /** What came of the call at this try, if there was one. */
  called: Called | undefined;
  /** After which it is asked anew. */
  answer_in_seconds: number;
}

/** Silent ones are in service all the same: their mail waits for them. */
export const isInService = (agent: Agent | undefined): boolean =>
  agent !== undefined && agent.state !== 'retired' && agent.state !== 'isolated';

/** Its own checks, or why there are none. `awaited`: its answer is still to come. */
export function verdictOf(verifier: ByAgent, known: Known): { findings: Finding[]; awaited: boolean } {
  const { agent, row, called } = known;
  const over = (...findings: Finding[]) => ({ findings, awaited: false });
  if (!isInService(agent)) return over(outOfService(verifier, agent));
  if (typeof called === 'object' && 'useless' in called) return over(useless(verifier, called.useless));
  if (row !== undefined && row.checks !== null) return over(...findingsOf(verifier, row.checks));
  return { findings: [pending(verifier, known)], awaited: true };
}

const outOfService = ({ name, agent_id }: ByAgent, agent: Agent | undefined): Finding =>
  failed(
    awaitedVerifier(name),
    `The verifier "${name}" is the agent "${agent_id}", which is ${agent?.state ?? 'not registered'}.`,
    'Bring the agent back into service, or register the verifier anew with another.',
  );

const useless = ({ name }: ByAgent, reason: string): Finding =>
  failed(
    awaitedVerifier(name),
    `The verifier "${name}" gave no checks: ${reason}.`,
    'See to it that its endpoint answers with signed checks, or with 202 and a verification_answer later.',
  );

const pending = ({ name, agent_id }: ByAgent, { row, answer_in_seconds }: Known): Finding =>
  failed(
    awaitedVerifier(name),
    `The verifier "${name}" was asked at ${row?.asked_at.toISOString() ?? 'no time'} and has not answered yet.`,
    `Its answer wakes the job. See to it that the agent "${agent_id}" runs; after ${answer_in_seconds} s it is asked anew.`,
  );

/** Before there is a job nothing is stored, so nobody is asked. */
export const foreseen = (verifier: ByAgent, agent: Agent | undefined): Finding =>
  isInService(agent)
    ? warned(
        awaitedVerifier(verifier.name),
        `The verifier "${verifier.name}" is the agent "${verifier.agent_id}", which is asked when there is a job.`,
        'Submit the job to hear what it says.',
      )
    : outOfService(verifier, agent);
