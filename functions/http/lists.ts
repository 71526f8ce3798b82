/** Lists: up to `limit` items and a link to the next ones. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { refuse } from '../../shared/outcomes.ts';
import type { RequestFacts } from './request.ts';

/** A whole number in a query or a path, where everything is text. */
export const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** What every list takes; spread it into the query's strictObject. */
export const listQuery = {
  limit: wholeNumber(1, 200).default(50),
  cursor: z.string().max(300).optional().describe('opaque; from the `next` link'),
};

/** The answer of a list. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('path of the next items, or null at the end'),
  });

/**
 * The key after which a list goes on, or undefined at its beginning. Refuses `invalid`, also for a cursor that
 * another list gave: its keys mean something else there.
 */
export function keyOf(request: RequestFacts, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const list = markOf(request);
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const key = text.slice(list.length);
  if (key === '' || cursorOf(list, key) !== cursor || key.includes('\0')) {
    refuse('invalid', { errors: [{ pointer: '/cursor', message: 'query parameter: not a cursor of this list' }] });
  }
  return key;
}

const cursorOf = (list: string, key: string): string => Buffer.from(list + key, 'utf8').toString('base64url');

/** A list is known by its path, which holds the job whose events it lists. */
const markOf = ({ url }: RequestFacts): string =>
  createHash('sha256').update(url.pathname).digest('base64url').slice(0, 8);

interface Listed<Item> {
  items: Item[];
  limit: number;
  /** The key of an item in the list's order. */
  key: (item: Item) => string;
}

/** One page: give it `limit` items as read; when there are that many, more may follow. */
export function pageOf<Item>(
  request: RequestFacts,
  { items, limit, key }: Listed<Item>,
): { items: Item[]; next: string | null } {
  const last = items.length < limit ? undefined : items.at(-1);
  if (last === undefined) return { items, next: null };
  const { pathname, searchParams } = request.url;
  searchParams.set('cursor', cursorOf(markOf(request), key(last)));
  return { items, next: `${pathname}?${searchParams.toString()}` };
}
