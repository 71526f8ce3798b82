/** What a person must look at. */
import { z } from 'zod';
import { ActionItem } from '../../shared/access/action-item.ts';
import { listActionItems } from '../../shared/access/list-action-items.ts';
import { settleActionItem } from '../../shared/access/settle-action-item.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { route } from './route.ts';

export const actionItemRoutes = [
  route('listActionItems', 'GET /v1/action-items', {
    query: () =>
      z.strictObject({
        ...listQuery,
        state: z.enum(['open', 'done']).optional().describe('both, where it is left out'),
        code: z.string().max(64).optional(),
        subject: z.string().max(160).optional(),
      }),
    answer: () => listOf(ActionItem),
    refuses: [],
    run: async ({ platform, caller, input: { cursor, ...filter }, request }) => {
      const items = await listActionItems(platform, caller, { ...filter, before: keyOf(request, cursor) });
      return pageOf(request, { items, limit: filter.limit, key: ({ item_id }) => item_id });
    },
  }),
  route('settleActionItem', 'POST /v1/action-items/{item_id}/done', {
    answer: () => ActionItem,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => settleActionItem(platform, caller, input),
  }),
];
