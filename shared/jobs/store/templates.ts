/** Stored templates. */
import { now, store } from '../../platform/database/statement.ts';
import type { JobDefinition } from '../definition.ts';

interface TemplateRow {
  name: string;
  version: number;
  head_hash: string;
  definition: JobDefinition;
}

const templates = store<{ templates: TemplateRow & { changed_at: Date } }>();

export const findTemplate = templates.first((q, p: { name: string }) =>
  q.selectFrom('templates').selectAll().where('name', '=', p.name),
);

/** Locks the row until the transaction ends. */
export const lockTemplate = templates.first((q, p: { name: string }) =>
  q.selectFrom('templates').selectAll().where('name', '=', p.name).forUpdate(),
);

export const listTemplateRows = templates.all((q, _: Record<never, never>) =>
  q.selectFrom('templates').selectAll().orderBy('name'),
);

export const insertTemplate = templates.change((q, p: TemplateRow) =>
  q.insertInto('templates').values({
    name: p.name,
    version: p.version,
    head_hash: p.head_hash,
    definition: p.definition,
    changed_at: now(),
  }),
);

export const updateTemplate = templates.change((q, p: TemplateRow & { was_version: number }) =>
  q
    .updateTable('templates')
    .set({ version: p.version, head_hash: p.head_hash, definition: p.definition, changed_at: now() })
    .where('name', '=', p.name)
    .where('version', '=', p.was_version)
    .returning('name'),
);
