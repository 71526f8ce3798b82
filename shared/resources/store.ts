/** Resources, and what each deployment holds of them. Each change of a balance is one guarded statement. */
import { now, store } from '../platform/database/statement.ts';
import type { Reads } from '../platform/platform.ts';
import type { ResourceRow } from './resource.ts';

export interface AllocationRow {
  deployment_id: string;
  resource_name: string;
  /** Base units. */
  amount: number;
}

/** What a registration says of a row. */
export type ResourceWrite = Omit<ResourceRow, 'allocated' | 'changed_at' | 'deleted_at'>;

const { all, first, change, tables } = store<{ resources: ResourceRow; allocations: AllocationRow }>();

/** Deleted ones too: their stream goes on. */
export const lockResource = first((q, p: { name: string }) =>
  q.selectFrom('resources').selectAll().where('name', '=', p.name).forUpdate(),
);

export const findResource = first((q, p: { name: string }) =>
  q.selectFrom('resources').selectAll().where('name', '=', p.name).where('deleted_at', 'is', null),
);

export const resourcePage = all((q, p: { after: string; limit: number }) =>
  q
    .selectFrom('resources')
    .selectAll()
    .where('name', '>', p.after)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .limit(p.limit),
);

/** Those that have one of the words as their name or their type. */
export async function resourcesFor(on: Reads, words: readonly string[]): Promise<ResourceRow[]> {
  if (words.length === 0) return [];
  const live = tables(on).selectFrom('resources').selectAll().where('deleted_at', 'is', null);
  const meant = live.where((row) => row.or([row('name', 'in', words), row('resource_type', 'in', words)]));
  return on.run(meant.orderBy('name').compile());
}

export const insertResource = change((q, p: ResourceWrite) =>
  q.insertInto('resources').values({
    name: p.name,
    version: p.version,
    head_hash: p.head_hash,
    resource_type: p.resource_type,
    unit: p.unit,
    capacity: p.capacity,
    allocated: 0,
    changed_at: now(),
  }),
);

/** Registers again, also what was deleted. Never below what is held. */
export const updateResource = change((q, p: ResourceWrite & { was_version: number }) =>
  q
    .updateTable('resources')
    .set({
      version: p.version,
      head_hash: p.head_hash,
      resource_type: p.resource_type,
      unit: p.unit,
      capacity: p.capacity,
      changed_at: now(),
      deleted_at: null,
    })
    .where('name', '=', p.name)
    .where('version', '=', p.was_version)
    .where('allocated', '<=', p.capacity)
    .returning('name'),
);

/** Deletes what nobody holds a part of. */
export const markResourceDeleted = change(
  (q, p: { name: string; version: number; head_hash: string; was_version: number }) =>
    q
      .updateTable('resources')
      .set({ version: p.version, head_hash: p.head_hash, changed_at: now(), deleted_at: now() })
      .where('name', '=', p.name)
      .where('version', '=', p.was_version)
      .where('allocated', '=', 0)
      .returning('name'),
);

/** Takes room, or hits no row: allocated + amount ≤ capacity is part of the statement. */
export const takeRoom = change((q, p: { name: string; amount: number }) =>
  q
    .updateTable('resources')
    .set((row) => ({ allocated: row('allocated', '+', p.amount) }))
    .where('name', '=', p.name)
    .where('deleted_at', 'is', null)
    .where((row) => row(row('allocated', '+', p.amount), '<=', row.ref('capacity')))
    .returning('name'),
);

/** Gives room back, or hits no row: nobody returns more than is held. */
export const giveRoom = change((q, p: { name: string; amount: number }) =>
  q
    .updateTable('resources')
    .set((row) => ({ allocated: row('allocated', '-', p.amount) }))
    .where('name', '=', p.name)
    .where('allocated', '>=', p.amount)
    .returning(['name', 'resource_type']),
);

export const insertAllocation = change((q, p: AllocationRow) =>
  q
    .insertInto('allocations')
    .values({ deployment_id: p.deployment_id, resource_name: p.resource_name, amount: p.amount }),
);

export const allocationsOf = all((q, p: { deployment_id: string }) =>
  q.selectFrom('allocations').selectAll().where('deployment_id', '=', p.deployment_id).orderBy('resource_name'),
);

export const deleteAllocation = change((q, p: { deployment_id: string; resource_name: string }) =>
  q
    .deleteFrom('allocations')
    .where('deployment_id', '=', p.deployment_id)
    .where('resource_name', '=', p.resource_name)
    .returning('resource_name'),
);
