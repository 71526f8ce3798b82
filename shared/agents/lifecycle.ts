/** What an operator may order of an agent, and what becomes of it. */
import { refuse } from '../outcomes.ts';
import type { AgentState } from './agent.ts';

export type Order = 'isolate' | 'drain' | 'restore';

/** As it is stored: silence is no state of its own. A state that an order leaves as it is has been ordered before. */
const after: Record<Order, Partial<Record<AgentState, AgentState>>> = {
  isolate: { active: 'isolated', draining: 'isolated', isolated: 'isolated' },
  drain: { active: 'draining', draining: 'draining' },
  restore: { active: 'active', draining: 'active', isolated: 'active' },
};

/** The state that an order leads to. Refuses `conflict`, and says what may be ordered instead. */
export function stateAfter(state: AgentState, order: Order): AgentState {
  const next = after[order][state];
  if (next !== undefined) return next;
  const instead = (Object.keys(after) as Order[]).filter((other) => after[other][state] !== undefined); // its own keys
  const remedy = instead.length === 0 ? 'Register it again first.' : `It may be ordered to: ${instead.join(', ')}.`;
  refuse('conflict', { detail: `The agent is ${state}. ${remedy}` });
}
