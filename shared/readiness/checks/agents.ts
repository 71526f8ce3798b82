/** Agents: those the job names are registered, alive and may take work. */
import { awaitedAgent, effectiveConcurrency, type Agent } from '../../agents/agent.ts';
import { agentsByIds } from '../../agents/read.ts';
import { agentsOf, type JobDefinition } from '../../jobs/definition.ts';
import type { Platform } from '../../platform/platform.ts';
import { easedIf, failed, passed, warned, type Finding, type ReadinessCheck } from '../readiness.ts';
import { timed } from '../timed.ts';

/** With `fallback: "single_agent"` the plan can do without its supporting agents. */
export const checkAgents = ({ db, clock }: Platform, definition: JobDefinition): Promise<ReadinessCheck[]> =>
  timed(clock, async () => {
    const ids = agentsOf(definition);
    const agents = new Map((await agentsByIds(db.read, ids)).map((agent) => [agent.id, agent]));
    const dispensable = (id: string) => definition.fallback === 'single_agent' && id !== definition.primary_agent;
    return ids.map((id) => easedIf(dispensable(id), agentFinding(id, agents.get(id))));
  });

/** `agent.state` is as of now. Pure. */
export function agentFinding(id: string, agent: Agent | undefined): Finding {
  const name = awaitedAgent(id);
  switch (agent?.state) {
    case undefined:
      return failed(
        name,
        `The agent "${id}" is not registered.`,
        `Register it with PUT /v1/agents/${id}, and start it.`,
      );
    case 'lost':
      return failed(
        name,
        `The agent "${id}" ${silence(agent)}.`,
        'Start it; it goes on as soon as it sends a heartbeat.',
      );
    case 'draining':
      return failed(
        name,
        `The agent "${id}" is draining: it finishes its work and takes no more.`,
        'Wait until it is active again, or name another agent.',
      );
    case 'isolated':
      return failed(name, `The agent "${id}" is isolated.`, 'Ask an operator why, and to restore it.');
    case 'retired':
      return failed(
        name,
        `The agent "${id}" is retired.`,
        `Register it again with PUT /v1/agents/${id}, or name another agent.`,
      );
    case 'active':
    case 'suspect':
      return isBusy(agent)
        ? warned(
            name,
            `The agent "${id}" is alive and says that it is busy.`,
            'Nothing to do: the task waits in its queue until it is free.',
          )
        : passed(name, 'It is alive and may take work.');
  }
}

const silence = ({ last_seen_at }: Agent): string =>
  last_seen_at === null ? 'has never reported' : `has not reported since ${last_seen_at.toISOString()}`;

/** By the agent's own word: its leases are known higher up, and a job without a free agent simply queues. */
const isBusy = (agent: Agent): boolean => {
  const running = agent.load?.['running_tasks'];
  return typeof running === 'number' && running >= effectiveConcurrency(agent);
};
