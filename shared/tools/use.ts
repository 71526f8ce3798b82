/** The tools that an executing deployment works with: so free calls are counted, and no tool is deleted under it. */
import type { Tx } from '../platform/platform.ts';
import { deleteToolUses, insertToolUses, lockTools } from './store.ts';

/** What the part needs of a definition's tools. */
interface PlannedUse {
  tool_name: string;
  estimated_calls: number;
}

/**
 * Counts the calls that the deployment is expected to make; a tool named twice has them added up. The tools are locked,
 * so that who deletes one at this moment hears of it.
 */
export async function useTools(tx: Tx, use: { deployment_id: string; tools: readonly PlannedUse[] }): Promise<void> {
  const calls = new Map<string, number>();
  for (const { tool_name, estimated_calls } of use.tools)
    calls.set(tool_name, (calls.get(tool_name) ?? 0) + estimated_calls);
  const uses = [...calls].map(([tool_name, sum]) => ({ deployment_id: use.deployment_id, tool_name, calls: sum }));
  await lockTools(tx, [...calls.keys()]);
  if (uses.length > 0) await insertToolUses(tx, uses);
}

/** What a job waits for that found a tool not ready. */
export const awaitedTool = (name: string): string => `tool:${name}`;

/** Gives the free calls back, once, and wakes who waits for the tools. */
export async function returnTools(tx: Tx, deployment_id: string): Promise<void> {
  const returned = await deleteToolUses(tx, { deployment_id });
  for (const { tool_name } of returned) tx.ring('wake', awaitedTool(tool_name));
}
