/** What an agent can do and answer for, a row each, to be found by it. */
import { store } from '../../platform/database/statement.ts';
import type { Reads } from '../../platform/platform.ts';

const { change, tables } = store<{
  agent_categories: { category: string; agent_id: string };
  agent_capabilities: { capability: string; agent_id: string };
}>();

export const deleteCategories = change((q, p: { agent_id: string }) =>
  q.deleteFrom('agent_categories').where('agent_id', '=', p.agent_id),
);

export const insertCategory = change((q, p: { agent_id: string; category: string }) =>
  q.insertInto('agent_categories').values({ agent_id: p.agent_id, category: p.category }),
);

export const deleteCapabilities = change((q, p: { agent_id: string }) =>
  q.deleteFrom('agent_capabilities').where('agent_id', '=', p.agent_id),
);

export const insertCapability = change((q, p: { agent_id: string; capability: string }) =>
  q.insertInto('agent_capabilities').values({ agent_id: p.agent_id, capability: p.capability }),
);

/** Agents that have at least one of the capabilities, a row for each they have. */
export const capabilityRows = (
  on: Reads,
  capabilities: readonly string[],
): Promise<{ agent_id: string; capability: string }[]> =>
  on.run(
    tables(on)
      .selectFrom('agent_capabilities')
      .select(['agent_id', 'capability'])
      .where('capability', 'in', capabilities)
      .orderBy('agent_id')
      .compile(),
  );
