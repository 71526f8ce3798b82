/** The only way a known agent's row changes in what others rely on: row and event in one. */
import { nextEvent, record, type Happening } from '../events/record.ts';
import { loseRace } from '../outcomes.ts';
import type { Tx } from '../platform/platform.ts';
import type { Agent } from './agent.ts';
import { updateAgent } from './store.ts';

/** Gives the agent as it is now. `was` is locked; loses the race when its version has passed. */
export async function moveAgent(
  tx: Tx,
  was: Agent,
  { is, happening }: { is: Partial<Agent>; happening: Happening },
): Promise<Agent> {
  const event = nextEvent(tx, { stream: `agent:${was.id}`, ...was }, happening);
  const moved = { ...was, ...is, version: event.number, head_hash: event.hash };
  if ((await updateAgent(tx, { ...moved, was: was.version })).length === 0) loseRace();
  record(tx, event);
  return moved;
}
