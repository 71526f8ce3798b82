/** A life told: simulated time, who, what, and what each commit has changed, column by column. */
import type { Given } from './asked.ts';
import type { Ground } from './ground.ts';

type Row = Record<string, string | number | null>;
/** Rows by their table and key. */
type Seen = Map<string, Row>;

/** Told by the rows that they belong to, or of no interest to whoever reads what happened. */
const untold = ['events', 'idempotency_keys', 'migrations', 'sqlite_sequence', 'seen_claims', 'holds', 'granted_by'];
const unread = /^(head_hash|touched_at|definition|electorate|workflow|rules|trace|estimate|readiness|card|created_at)$/;
const longestValue = 60;

/** Before what a commit has changed. */
export const changeIndent = ' '.repeat(12);

/** Takes note of a life as it is lived: lines of text. */
export function storyOf(ground: Ground, lines: string[]): Pick<Given, 'onTurn' | 'onFault' | 'onCommit'> {
  let seen: Seen = new Map();
  const tell = (now: number, words: string) => lines.push(`${(now / 1000).toFixed(3).padStart(10)}  ${words}`);
  return {
    onTurn: ({ who, what }, now) => {
      if (seen.size === 0) seen = look(ground);
      tell(now, `${who.name} ${what}`);
    },
    onFault: (kind, now) => tell(now, `*** ${kind} ***`),
    onCommit: (name, now) => {
      const after = look(ground);
      tell(now, `${name} is committed`);
      for (const words of changes(seen, after)) lines.push(`${changeIndent}${short(words)}`);
      seen = after;
    },
  };
}

function look(ground: Ground): Seen {
  const seen: Seen = new Map();
  for (const table of ground.tables().filter((name) => !untold.includes(name))) {
    const keys = ground.rows<{ name: string; pk: number }>(`select name, pk from pragma_table_info('${table}')`);
    const key = keys.filter(({ pk }) => pk > 0).map(({ name }) => name);
    ground.rows<Row>(`select * from "${table}"`).forEach((row, at) => {
      seen.set([table, ...(key.length > 0 ? key.map((name) => row[name]) : [at])].join(' '), row);
    });
  }
  return seen;
}

/** Lines like `jobs job_1: state estimated → blocked`. */
function changes(before: Seen, after: Seen): string[] {
  const lines: string[] = [];
  for (const [key, row] of after) {
    const was = before.get(key);
    const changed = Object.keys(row).filter((name) => !unread.test(name) && row[name] !== (was?.[name] ?? null));
    const told = changed.map((name) => `${name} ${was === undefined ? '' : `${said(was[name])} → `}${said(row[name])}`);
    if (was !== row && told.length > 0) lines.push(`${was === undefined ? 'new ' : ''}${key}: ${told.join(', ')}`);
  }
  for (const key of before.keys()) if (!after.has(key)) lines.push(`gone ${key}`);
  return lines;
}

const said = (value: string | number | null | undefined): string => {
  const text = value === null || value === undefined ? 'none' : String(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
};

/** Ids by their last letters: the others tell when they were made, and are the same for most. */
export const short = (words: string): string =>
  words.replaceAll(/\b([a-z]+)_[0-9a-z]{20}([0-9a-z]{6})\b/g, (_, kind: string, tail: string) => `${kind}_…${tail}`);
