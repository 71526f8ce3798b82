/** Tools, and the calls that executing jobs are expected to make of them. */
import { now, store } from '../platform/database/statement.ts';
import type { Reads, Tx } from '../platform/platform.ts';
import type { ToolRow } from './tool.ts';

export interface ToolUseRow {
  deployment_id: string;
  tool_name: string;
  calls: number;
  started_at: Date;
}

/** What a registration says of a row. */
export type ToolWrite = Omit<ToolRow, 'changed_at' | 'deleted_at'>;

const { all, first, among, change, tables } = store<{ tools: ToolRow; tool_uses: ToolUseRow }>();

/** Limits are calls a minute. */
const windowSeconds = 60;

/** Deleted ones too: their stream goes on. */
export const lockTool = first((q, p: { name: string }) =>
  q.selectFrom('tools').selectAll().where('name', '=', p.name).forUpdate(),
);

/** The same for several, in the order of their names. */
export const lockTools = among((q, names: string[]) =>
  q.selectFrom('tools').select('name').where('name', 'in', names).orderBy('name').forUpdate(),
);

export const findTool = first((q, p: { name: string }) =>
  q.selectFrom('tools').selectAll().where('name', '=', p.name).where('deleted_at', 'is', null),
);

export const toolPage = all((q, p: { after: string; limit: number }) =>
  q
    .selectFrom('tools')
    .selectAll()
    .where('name', '>', p.after)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .limit(p.limit),
);

/** A tool as it stands. */
export type ToolStanding = ToolRow & {
  /** Calls that executing jobs which began in the last minute are expected to make. */
  calls: number;
  /** The database's time. */
  at: Date;
};

const standing = (on: Reads) =>
  tables(on)
    .selectFrom('tools')
    .selectAll('tools')
    .select((row) =>
      row
        .selectFrom('tool_uses')
        .select((use) => use.fn.sum<number | null>('calls').as('calls'))
        .whereRef('tool_uses.tool_name', '=', 'tools.name')
        .where('tool_uses.started_at', '>', now(-windowSeconds))
        .as('calls'),
    )
    .select(now().as('at'))
    .where('tools.deleted_at', 'is', null)
    .orderBy('tools.name');

/** Expressions come back without a type of their own: no uses as null, times as text. */
const withTypes = (row: ToolRow & { calls: number | null; at: Date }): ToolStanding => ({
  ...row,
  calls: row.calls ?? 0,
  at: new Date(row.at),
});

/** The tools of these names, with what is called of them. */
export async function toolsByNames(on: Reads, names: readonly string[]): Promise<ToolStanding[]> {
  if (names.length === 0) return [];
  return (await on.run(standing(on).where('tools.name', 'in', names).compile())).map(withTypes);
}

/** The first tools by name, with what is called of them. */
export const firstTools = async (on: Reads, limit: number): Promise<ToolStanding[]> =>
  (await on.run(standing(on).limit(limit).compile())).map(withTypes);

export const insertTool = change((q, p: ToolWrite) =>
  q.insertInto('tools').values({
    name: p.name,
    version: p.version,
    head_hash: p.head_hash,
    tool_type: p.tool_type,
    description: p.description,
    probe_url: p.probe_url,
    rate_limit: p.rate_limit,
    secret_name: p.secret_name,
    secret_expires_at: p.secret_expires_at,
    changed_at: now(),
  }),
);

export const updateTool = change((q, p: ToolWrite & { was_version: number }) =>
  q
    .updateTable('tools')
    .set({
      version: p.version,
      head_hash: p.head_hash,
      tool_type: p.tool_type,
      description: p.description,
      probe_url: p.probe_url,
      rate_limit: p.rate_limit,
      secret_name: p.secret_name,
      secret_expires_at: p.secret_expires_at,
      changed_at: now(),
      deleted_at: null,
    })
    .where('name', '=', p.name)
    .where('version', '=', p.was_version)
    .returning('name'),
);

export const markToolDeleted = change(
  (q, p: { name: string; version: number; head_hash: string; was_version: number }) =>
    q
      .updateTable('tools')
      .set({ version: p.version, head_hash: p.head_hash, changed_at: now(), deleted_at: now() })
      .where('name', '=', p.name)
      .where('version', '=', p.was_version)
      .returning('name'),
);

/** Some deployment that executes with the tool. */
export const firstUseOf = first((q, p: { tool_name: string }) =>
  q.selectFrom('tool_uses').select('deployment_id').where('tool_name', '=', p.tool_name).limit(1),
);

/** As many rows as there are tools; their number shapes the statement. */
export async function insertToolUses(tx: Tx, uses: readonly Omit<ToolUseRow, 'started_at'>[]): Promise<void> {
  const rows = uses.map((use) => ({ ...use, started_at: now() }));
  await tx.run(tables(tx).insertInto('tool_uses').values(rows).compile());
}

export const deleteToolUses = change((q, p: { deployment_id: string }) =>
  q.deleteFrom('tool_uses').where('deployment_id', '=', p.deployment_id).returning('tool_name'),
);
