/** Types that an admin has added. */
import { now, store } from '../../platform/database/statement.ts';
import type { CustomType } from '../custom-type.ts';

const { all, first, among, change } = store<{ message_types: CustomType & { changed_at: Date } }>();

export const everyType = all((q, _: Record<never, never>) => q.selectFrom('message_types').selectAll().orderBy('name'));

export const findType = first((q, p: { name: string }) =>
  q.selectFrom('message_types').selectAll().where('name', '=', p.name),
);

export const typesAmong = among((q, names: string[]) =>
  q.selectFrom('message_types').selectAll().where('name', 'in', names).orderBy('name'),
);

/** Locks the row until the transaction ends. */
export const lockType = first((q, p: { name: string }) =>
  q.selectFrom('message_types').selectAll().where('name', '=', p.name).forUpdate(),
);

export const insertType = change((q, p: CustomType) =>
  q.insertInto('message_types').values({
    name: p.name,
    version: p.version,
    head_hash: p.head_hash,
    body_schema: p.body_schema,
    max_bytes: p.max_bytes,
    changed_at: now(),
  }),
);

export const updateType = change((q, p: CustomType & { was_version: number }) =>
  q
    .updateTable('message_types')
    .set({
      version: p.version,
      head_hash: p.head_hash,
      body_schema: p.body_schema,
      max_bytes: p.max_bytes,
      changed_at: now(),
    })
    .where('name', '=', p.name)
    .where('version', '=', p.was_version)
    .returning('name'),
);
