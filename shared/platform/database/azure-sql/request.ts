/** Several statements as one request: each on lines of its own, their parameters numbered through. */
import type { CompiledQuery } from 'kysely';
import { parameterOf, type Parameter } from './parameters.ts';
import type { RecordSet, Session } from './session.ts';
import { rowsOf } from './rows.ts';
import type { Shape } from './shape.ts';

/** A statement of a request. */
export interface Part {
  sql: string;
  parameters: readonly Parameter[];
  shape: Shape;
}

export type ShapeOf = (query: CompiledQuery) => Shape | undefined;

/** The most parameters that a request may have; the server takes 2,100. */
const mostParameters = 2000;

/** Answers with no rows. */
export const silent: Shape = { kinds: [], answers: false, writes: false, decoded: new Map() };

/** What begins or ends a transaction, to go along with other statements. */
export const control = (sql: string): Part => ({ sql: sql.replace(/;$/, ''), parameters: [], shape: silent });

/** Text by hand, without a shape, is known by its first word. */
export function partOf({ sql, parameters }: CompiledQuery, known: Shape | undefined): Part {
  const isRead = /^\s*select\b/i.test(sql);
  const shape = known ?? { ...silent, answers: isRead, writes: !isRead };
  return { sql, shape, parameters: parameters.map((value, at) => parameterOf(value, shape.kinds[at])) };
}

/** Runs each statement in its turn, in as few requests as there can be, and gives the rows of each. */
export async function askIn(session: Session, parts: readonly Part[]): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for (const some of inRequests(parts)) {
    const { text, parameters } = requestOf(some);
    rows.push(...answersOf(some, await session.ask(text, parameters)));
  }
  return rows;
}

function requestOf(parts: readonly Part[]): { text: string; parameters: Parameter[] } {
  const parameters: Parameter[] = [];
  const lines = parts.map((part) => {
    const before = parameters.length;
    parameters.push(...part.parameters);
    if (before === 0) return `${part.sql};`;
    return `${part.sql.replaceAll(/@(\d+)/g, (_, number: string) => `@${Number(number) + before}`)};`;
  });
  return { text: lines.join('\n'), parameters };
}

function answersOf(parts: readonly Part[], sets: readonly RecordSet[]): unknown[][] {
  const left = [...sets];
  return parts.map(({ shape }) => {
    const set = shape.answers ? left.shift() : undefined;
    return set === undefined ? [] : rowsOf(set, shape);
  });
}

export function inRequests(parts: readonly Part[]): Part[][] {
  const requests: Part[][] = [[]];
  let count = 0;
  for (const part of parts) {
    count += part.parameters.length;
    if (count > mostParameters) {
      requests.push([]);
      count = part.parameters.length;
    }
    requests.at(-1)?.push(part);
  }
  return requests.filter((request) => request.length > 0);
}
