/** Rows of token logs, as the replay needs them. The columns are those of `docs/replay.md`. */
import { readFileSync } from 'node:fs';

export interface Row {
  /** Place in the order of the log. */
  seq: number;
  job_name: string;
  category: string;
  agent: string;
  model: string | undefined;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  succeeded: boolean;
}

/** Rows in the order of their time; names made to fit. Throws when a needed column is missing. */
export const readRows = (file: string): Row[] => rowsIn(readFileSync(file, 'utf8'));

export function rowsIn(text: string): Row[] {
  const [header = [], ...lines] = linesIn(text);
  const missing = ['job_key', 'prompt_tokens', 'completion_tokens'].filter((column) => !header.includes(column));
  if (missing.length > 0) throw new Error(`the file has no column ${missing.join(', ')}`);
  const records = lines.map((line) => Object.fromEntries(header.map((column, i) => [column, line[i] ?? ''])));
  return records.toSorted(byTime).map(rowOf);
}

const byTime = (a: Record<string, string>, b: Record<string, string>): number => {
  const [first = '', second = ''] = [a['timestamp'], b['timestamp']];
  return first === second ? Number(a['seq']) - Number(b['seq']) : first < second ? -1 : 1;
};

function rowOf(record: Record<string, string>, seq: number): Row {
  const cached = Number(record['cached_tokens'] ?? 0);
  const input = Number(record['prompt_tokens'] ?? 0);
  return {
    seq,
    job_name: nameOf(record['job_key'], 'job'),
    category: nameOf(record['category'], 'replay'),
    agent: nameOf(record['agent'], 'agent'),
    model: record['model'] === '' || record['model'] === undefined ? undefined : record['model'],
    input_tokens: input,
    cached_tokens: Math.min(cached, input),
    output_tokens: Number(record['completion_tokens'] ?? 0),
    succeeded: !/fail|error|cancel/i.test(record['status'] ?? ''),
  };
}

/** A name that Muster takes, made from any text. */
export const nameOf = (text: string | undefined, otherwise: string): string => {
  const name = (text ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 100);
  return name === '' ? otherwise : name;
};

/** RFC 4180: quoted fields may hold commas, quotes and line breaks. */
function linesIn(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g)) {
    const [whole, field = '', end] = match;
    if (whole === '' && line.length === 0) break;
    line.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
}
