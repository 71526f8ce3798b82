/** Rows of token logs, as the replay needs them. The columns are those of `docs/replay.md`. */
import { readFileSync } from 'node:fs';
import { recordsIn, type Entry } from './csv.ts';

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

/** Rows in the order of their time; names made to fit. Throws an Error that names the line of what it cannot use. */
export const readRows = (file: string): Row[] => rowsIn(readFileSync(file, 'utf8'));

const needed = ['job_key', 'prompt_tokens', 'completion_tokens'];

export function rowsIn(text: string): Row[] {
  const records = recordsIn(text);
  const [first] = records;
  if (first === undefined) throw new Error('the file has no rows');
  const missing = needed.filter((column) => !first.fields.has(column));
  if (missing.length > 0) throw new Error(`the file has no column ${missing.join(', ')}`);
  return records.toSorted(byTime).map(rowOf);
}

const byTime = (a: Entry, b: Entry): number => {
  const [first, second] = [textOf(a, 'timestamp'), textOf(b, 'timestamp')];
  if (first !== second) return first < second ? -1 : 1;
  return numberOf(a, 'seq') - numberOf(b, 'seq');
};

function rowOf(record: Entry, seq: number): Row {
  const input_tokens = numberOf(record, 'prompt_tokens');
  const model = textOf(record, 'model');
  return {
    seq,
    job_name: nameOf(textOf(record, 'job_key'), 'job'),
    category: nameOf(textOf(record, 'category'), 'replay'),
    agent: nameOf(textOf(record, 'agent'), 'agent'),
    model: model === '' ? undefined : model,
    input_tokens,
    cached_tokens: Math.min(numberOf(record, 'cached_tokens'), input_tokens),
    output_tokens: numberOf(record, 'completion_tokens'),
    succeeded: !/fail|error|cancel/i.test(textOf(record, 'status')),
  };
}

const textOf = ({ fields }: Entry, column: string): string => fields.get(column) ?? '';

/** 0 where nothing was recorded. */
function numberOf(record: Entry, column: string): number {
  const text = textOf(record, column).trim();
  if (!/^\d{0,12}$/.test(text)) {
    throw new Error(`line ${record.line}: ${column} is "${text}"; expected a whole number, such as 1250`);
  }
  return Number(text);
}

/** A name that Muster takes, made from any text. */
export const nameOf = (text: string, otherwise: string): string => {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 100);
  return name === '' ? otherwise : name;
};
