/** Rows with chains of events, in every room. */
import type { Reads } from '../../platform/platform.ts';
import { store } from '../../platform/database/statement.ts';

interface Row {
  version: number;
  head_hash: string;
}

/** Tables with chains; how a row's key becomes the name of its stream. */
export const chained = {
  jobs: { key: 'id', prefix: '' },
  approvals: { key: 'id', prefix: '' },
  principals: { key: 'id', prefix: 'principal:' },
  agents: { key: 'id', prefix: 'agent:' },
  tools: { key: 'name', prefix: 'tool:' },
  resources: { key: 'name', prefix: 'resource:' },
  verifiers: { key: 'name', prefix: 'verifier:' },
  templates: { key: 'name', prefix: 'template:' },
  message_types: { key: 'name', prefix: 'message_type:' },
  channel_lists: { key: 'name', prefix: '' },
  archived_heads: { key: 'stream', prefix: '' },
  webhooks: { key: 'id', prefix: '' },
  rotas: { key: 'name', prefix: '' },
} as const;

export type Chained = keyof typeof chained;

type Keyed = Row & { id: string; name: string; stream: string };
type Budgets = Row & { scope: string; period: string };

const { all, tables } = store<Record<Chained, Keyed> & { budgets: Budgets }>();

export const chainedRows = (reads: Reads, table: Chained): Promise<(Row & { key: string })[]> =>
  reads.run(
    tables(reads)
      .selectFrom(table)
      .select([`${chained[table].key} as key`, 'version', 'head_hash'])
      .compile(),
  );

export const budgetHeads = all((q, _: Record<never, never>) =>
  q.selectFrom('budgets').select(['scope', 'period', 'version', 'head_hash']),
);
