/** T-SQL as words: enough to move its clauses about. */

export interface Word {
  kind: 'name' | 'word' | 'text' | 'parameter' | 'other';
  /** As SQLite writes it. */
  text: string;
}

const pattern =
  /--[^\n]*|\/\*[\s\S]*?\*\/|(?<text>N?'(?:[^']|'')*')|(?<name>"[^"]*"|\[[^\]]*\])|(?<parameter>@{1,2}\w+)|(?<word>[A-Za-z_]\w*)|(?<other>\d+(?:\.\d+)?|<=|>=|<>|!=|->>?|\|\||[^\s\w])/g;

/** Comments are left out. */
export function scan(tsql: string): Word[] {
  const words: Word[] = [];
  for (const { groups = {} } of tsql.matchAll(pattern)) {
    const { text, name, parameter, word, other } = groups;
    if (text !== undefined) words.push({ kind: 'text', text: text.replace(/^N/, '') });
    else if (name !== undefined) words.push({ kind: 'name', text: `"${name.slice(1, -1)}"` });
    else if (parameter !== undefined)
      words.push({ kind: 'parameter', text: parameter.replace(/^@@.*/, (name) => name.toLowerCase()) });
    else if (word !== undefined) words.push({ kind: 'word', text: word.toLowerCase() });
    else if (other !== undefined) words.push({ kind: 'other', text: other });
  }
  return words;
}

export const is = (word: Word | undefined, ...texts: string[]): boolean =>
  word !== undefined && (word.kind === 'word' || word.kind === 'other') && texts.includes(word.text);

/** Where what begins at an opening parenthesis is closed. */
export function closing(words: readonly Word[], open: number): number {
  let depth = 0;
  for (let at = open; at < words.length; at++) {
    if (is(words[at], '(')) depth += 1;
    if (is(words[at], ')') && --depth === 0) return at;
  }
  throw new SyntaxError('a parenthesis is not closed');
}

/** The first of `texts` outside of parentheses, from `start` on; the end of the words, or of the list, where there is none. */
export function findOutside(words: readonly Word[], start: number, ...texts: string[]): number {
  for (let at = start; at < words.length; at++) {
    if (is(words[at], ...texts)) return at;
    if (is(words[at], ')')) return at;
    if (is(words[at], '(')) at = closing(words, at);
  }
  return words.length;
}

/** Statements, each without its semicolon; what begins or ends a transaction needs none. */
export function statementsOf(words: readonly Word[]): Word[][] {
  const statements: Word[][] = [];
  for (let start = 0; start < words.length;) {
    const end = endOf(words, start);
    if (end > start) statements.push(words.slice(start, end));
    start = is(words[end], ';') ? end + 1 : end;
  }
  return statements;
}

function endOf(words: readonly Word[], start: number): number {
  if (is(words[start], 'if')) return ifOpenEnd(words, start);
  if (is(words[start], 'create') && is(words[start + 1], 'trigger')) return words.length; // of a test, in SQLite's words
  const controls =
    is(words[start], 'commit', 'rollback') || (is(words[start], 'begin') && isTransaction(words[start + 1]));
  if (!controls) return findOutside(words, start, ';', 'commit', 'rollback');
  return isTransaction(words[start + 1]) ? start + 2 : start + 1;
}

/** `if @@trancount > 0 rollback transaction`: no other condition is known. */
function ifOpenEnd(words: readonly Word[], start: number): number {
  const end = findOutside(words, start, ';');
  const said = words.slice(start, end).map(({ text }) => text);
  if (said.join(' ') !== 'if @@trancount > 0 rollback transaction') throw new SyntaxError(`what is ${said.join(' ')}?`);
  return end;
}

const isTransaction = (word: Word | undefined): boolean => is(word, 'tran', 'transaction');
