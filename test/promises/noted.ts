/**
 * What triggers find is noted in one table, so that looking at it after each commit is one statement that finds
 * nothing. What a transaction undoes, its notes go with.
 */
import type { Look } from './promised.ts';

/** For the `watch` of every checker that notes. */
export const notes = 'create table if not exists broken (promise text, words text)';

/** The statement by which a trigger notes `words`, an SQL expression; what follows says where they come from, and when. */
export const note = (promise: string, words: string, rest = ''): string =>
  `insert into broken select '${promise}', ${words} ${rest};`;

/** What was noted of a promise. */
export const noted = ({ rows }: Look, promise: string): string[] =>
  rows<{ words: string }>('select words from broken where promise = ?', promise).map(({ words }) => words);

/** What was noted of any of them. */
export const anyNoted = "select promise || ': ' || words words from broken";

/** What a statement that gives `words` finds. */
export const found = ({ rows }: Look, statement: string): string[] =>
  rows<{ words: string }>(statement).map(({ words }) => words);
