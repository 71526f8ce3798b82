/** What a person must look at, because the machine cannot settle it. */
import { z } from 'zod';
import { time } from '../platform/wire.ts';

/** The row. */
export interface ActionItemRow {
  id: string;
  /** What kind of thing it is, such as `stage_keeps_failing`. */
  code: string;
  /** The id of what it is about. */
  subject: string;
  detail: string;
  created_at: Date;
  done_at: Date | null;
  done_by: string | null;
  /** Since when nobody was told of it: since it was raised, or since it was done. */
  news_at: Date | null;
}

export const ActionItem = z
  .strictObject({
    item_id: z.string(),
    code: z.string().describe('what kind of thing it is, such as `agent_not_recovered`'),
    subject: z.string().describe('the id of what it is about'),
    detail: z.string(),
    created_at: time,
    done_at: time.nullable(),
    done_by: z.string().nullable(),
  })
  .meta({ id: 'ActionItem' });

export type ActionItem = z.output<typeof ActionItem>;

export const actionItem = ({ id, news_at: _, ...row }: ActionItemRow): ActionItem => ({ item_id: id, ...row });
