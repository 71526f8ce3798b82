/** What a person must look at. */
import { now, store } from '../../platform/database/statement.ts';

interface ActionItemTable {
  id: string;
  code: string;
  subject: string;
  detail: string;
  created_at: Date;
  done_at: Date | null;
}

const { first, change } = store<{ action_items: ActionItemTable }>();

export const findOpenActionItem = first((q, p: { code: string; subject: string }) =>
  q
    .selectFrom('action_items')
    .select('id')
    .where('code', '=', p.code)
    .where('subject', '=', p.subject)
    .where('done_at', 'is', null),
);

export const insertActionItem = change((q, p: { id: string; code: string; subject: string; detail: string }) =>
  q.insertInto('action_items').values({
    id: p.id,
    code: p.code,
    subject: p.subject,
    detail: p.detail,
    created_at: now(),
  }),
);
