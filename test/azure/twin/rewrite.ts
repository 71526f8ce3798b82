/** One statement of T-SQL as SQLite says it. What has no such rule is left as it is. */
import { closing, findOutside, is, type Word } from './scan.ts';

export const inSqlite = (statement: readonly Word[]): string =>
  withoutHints(limited(returned(isDefinition(statement) ? defined(statement) : statement)))
    .map(({ text }, at, all) => (is(all[at - 2], 'dateadd') ? `'${text}'` : text)) // its unit is a name
    .join(' ');

const isDefinition = ([first]: readonly Word[]): boolean => is(first, 'create', 'alter');

/** TOP comes last, as LIMIT. */
function limited(words: readonly Word[]): Word[] {
  const at = words.findLastIndex((word, index) => is(word, 'top') && is(words[index + 1], '('));
  if (at < 0) return [...words];
  const close = closing(words, at + 1);
  const end = findOutside(words, close + 1, 'union', 'except');
  return limited([
    ...words.slice(0, at),
    ...words.slice(close + 1, end),
    { kind: 'word', text: 'limit' },
    ...words.slice(at + 2, close),
    ...words.slice(end),
  ]);
}

/** OUTPUT comes last, as RETURNING. */
function returned(words: readonly Word[]): Word[] {
  const at = words.findIndex((word, index) => is(word, 'output') && isOf(words[index + 1]));
  if (at < 0) return [...words];
  const end = findOutside(words, at + 1, 'where', 'values', 'from', 'select', 'default');
  const columns = words
    .slice(at + 1, end)
    .filter((word, index, all) => !isOf(word) && !(is(word, '.') && isOf(all[index - 1])));
  return [...words.slice(0, at), ...words.slice(end), { kind: 'word', text: 'returning' }, ...columns];
}

const isOf = (word: Word | undefined): boolean => word !== undefined && /^"?(inserted|deleted)"?$/.test(word.text);

/** `with (…)` after a table; a WITH that names a query is followed by its name. */
function withoutHints(words: readonly Word[]): Word[] {
  const at = words.findIndex((word, index) => is(word, 'with') && is(words[index + 1], '('));
  return at < 0 ? [...words] : withoutHints([...words.slice(0, at), ...words.slice(closing(words, at + 1) + 1)]);
}

/** Types keep their names, which tell what a column's values are on the wire. */
function defined(words: readonly Word[]): Word[] {
  const out: Word[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as Word; // the loop's condition
    if (is(word, 'clustered', 'nonclustered')) continue;
    if (is(word, 'collate')) at += 1;
    else if (is(word, 'nvarchar', 'varbinary') && is(words[at + 2], 'max')) {
      out.push({ kind: 'word', text: `${word.text}_max` });
      at += 3;
    } else if (is(word, 'nvarchar')) {
      const close = closing(words, at + 1);
      out.push(word, ...words.slice(at + 1, close + 1));
      if (!is(words[close + 1], 'collate')) out.push(...ignoringCase);
      at = close;
    } else if (is(word, 'rowversion')) out.push(word, ...nextVersion);
    else out.push(word);
  }
  return out;
}

const plain = (text: string): Word[] => text.split(' ').map((part) => ({ kind: 'word', text: part }));
/** The usual collation of Azure SQL. */
const ignoringCase = plain('collate nocase');
const nextVersion = plain('default (next_rowversion())');
