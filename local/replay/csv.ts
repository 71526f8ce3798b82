/** CSV (RFC 4180) with a header: quoted fields may hold commas, quotes and line breaks. */

export interface Entry {
  /** Where it begins in the file; the header is line 1. */
  line: number;
  /** By column; every column of the header is there. */
  fields: ReadonlyMap<string, string>;
}

/** Throws an Error that names the line of what is no CSV, and of a row that is longer or shorter than the header. */
export function recordsIn(text: string): Entry[] {
  const [header, ...rows] = linesIn(text.replace(/^\uFEFF/, ''));
  if (header === undefined) throw new Error('the file is empty');
  return rows.map(({ line, fields }) => {
    if (fields.length !== header.fields.length) {
      throw new Error(`line ${line} has ${fields.length} fields, the header ${header.fields.length}`);
    }
    return { line, fields: new Map(header.fields.map((column, i) => [column, fields[i] ?? ''])) };
  });
}

interface Line {
  line: number;
  fields: string[];
}

/** A field and what ends it: a comma, a line break or the end of the file. */
const fieldThenEnd = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function linesIn(text: string): Line[] {
  const lines: Line[] = [];
  let current: Line = { line: 1, fields: [] };
  let line = 1;
  for (let at = 0; at < text.length || current.fields.length > 0;) {
    fieldThenEnd.lastIndex = at;
    const [whole, quoted, plain = '', end] = fieldThenEnd.exec(text) ?? refuseAt(line);
    current.fields.push(quoted?.replaceAll('""', '"') ?? plain);
    at += whole.length;
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (current.fields.some((field) => field !== '')) lines.push(current); // an empty line says nothing
    current = { line, fields: [] };
  }
  return lines;
}

function refuseAt(line: number): never {
  throw new Error(`line ${line} is no CSV: a quote stands where none may, or is never closed`);
}
