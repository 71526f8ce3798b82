/** What a person must look at. */
import { sql } from 'kysely';
import { now, store } from '../../platform/database/statement.ts';
import type { Reads } from '../../platform/platform.ts';
import type { ActionItemRow } from '../action-item.ts';

const { all, first, change, tables } = store<{ action_items: ActionItemRow }>();

export const findOpenActionItem = first((q, p: { code: string; subject: string }) =>
  q
    .selectFrom('action_items')
    .select('id')
    .where('code', '=', p.code)
    .where('subject', '=', p.subject)
    .where('done_at', 'is', null),
);

export const findActionItem = first((q, p: { id: string }) =>
  q.selectFrom('action_items').selectAll().where('id', '=', p.id),
);

export const insertActionItem = change((q, p: { id: string; code: string; subject: string; detail: string }) =>
  q.insertInto('action_items').values({
    id: p.id,
    code: p.code,
    subject: p.subject,
    detail: p.detail,
    created_at: now(),
    news_at: now(),
  }),
);

/** One that nobody was told of as raised keeps that news: its time says so. */
export const updateDone = change((q, p: { id: string; done_by: string }) =>
  q
    .updateTable('action_items')
    .set({ done_at: now(), done_by: p.done_by, news_at: sql<Date>`coalesce(news_at, ${now()})` })
    .where('id', '=', p.id)
    .where('done_at', 'is', null),
);

/** Those that nobody was told of as they are, oldest first. */
export const itemsWithNews = all((q, p: { limit: number }) =>
  q.selectFrom('action_items').selectAll().where('news_at', 'is not', null).orderBy('id').limit(p.limit),
);

/** Who tells of it as it was read; hits no row where somebody has told already, or it is done meanwhile. */
export const claimNews = change((q, p: Pick<ActionItemRow, 'id' | 'news_at'>) =>
  q
    .updateTable('action_items')
    .set({ news_at: null })
    .where('id', '=', p.id)
    .where('news_at', '=', p.news_at)
    .returning('id'),
);

export interface ItemFilter {
  /** Left out: both. */
  state?: 'open' | 'done' | undefined;
  code?: string | undefined;
  subject?: string | undefined;
  /** Ids below this one: newest first. */
  before?: string | undefined;
  limit: number;
}

export function listItemRows(on: Reads, { state, code, subject, before, limit }: ItemFilter): Promise<ActionItemRow[]> {
  let query = tables(on).selectFrom('action_items').selectAll().orderBy('id', 'desc').limit(limit);
  if (state !== undefined) query = query.where('done_at', state === 'open' ? 'is' : 'is not', null);
  if (code !== undefined) query = query.where('code', '=', code);
  if (subject !== undefined) query = query.where('subject', '=', subject);
  if (before !== undefined) query = query.where('id', '<', before);
  return on.run(query.compile());
}
