/** A source file as the house rules see it: what it imports, its functions, and its syntax tree. */
import { parseSync, visitorKeys, type Node } from 'oxc-parser';
import { posix } from 'node:path';

export interface Source {
  /** From the top of the repository: `shared/jobs/move.ts`. */
  path: string;
  text: string;
  lines: number;
  imports: Import[];
  functions: Func[];
  nodes: Node[];
  /** The statements of the file itself. */
  statements: Node[];
}

export interface Import {
  /** A path from the top of the repository, or a package's name as it was said. */
  to: string;
  /** What is imported by name; empty for `*`, side effects and dynamic imports. */
  names: string[];
  /** Gone when the program runs. */
  typesOnly: boolean;
  line: number;
}

export interface Func {
  line: number;
  /** Its own lines with code on them: blank ones, comments and the functions inside it are not counted. */
  lines: number;
  parameters: number;
}

/** What the rules look at: the files, and the schema that says who owns which table. */
export interface House {
  sources: Source[];
  schema: string;
}

/** Gives one line a violation: where, and what is wrong. */
export type Rule = (house: House) => string[];

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

export const at = (source: Source, node: { start: number }): string =>
  `${source.path}:${lineAt(source.text, node.start)}`;

export function readSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const nodes = everyNode(program);
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    imports: nodes.flatMap((node) => importsOf(path, text, node)),
    functions: measure(blanked(text, comments), nodes.filter(isFunction)),
    nodes,
    statements: program.body,
  };
}

function everyNode(top: Node): Node[] {
  const found: Node[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    found.push(value);
    for (const key of visitorKeys[value.type] ?? []) visit((value as unknown as Record<string, unknown>)[key]); // any node's children
  };
  visit(top);
  return found;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

function importsOf(path: string, text: string, node: Node): Import[] {
  const said = (source: Node | null, names: string[], typesOnly: boolean): Import[] =>
    source?.type === 'Literal' && typeof source.value === 'string'
      ? [{ to: resolve(path, source.value), names, typesOnly, line: lineAt(text, node.start) }]
      : [];
  switch (node.type) {
    case 'ImportDeclaration': {
      const named = node.specifiers.filter((specifier) => specifier.type === 'ImportSpecifier');
      const typesOnly = node.importKind === 'type' || isAllTypes(node.specifiers.length, named);
      return said(
        node.source,
        named.map(({ imported }) => nameOf(imported)),
        typesOnly,
      );
    }
    case 'ExportNamedDeclaration':
      return said(
        node.source,
        node.specifiers.map(({ local }) => nameOf(local)),
        node.exportKind === 'type',
      );
    case 'ExportAllDeclaration':
      return said(node.source, [], node.exportKind === 'type');
    case 'ImportExpression':
      return said(node.source, [], false);
    case 'TSImportType':
      return said(node.source, [], true);
    default:
      return [];
  }
}

const isAllTypes = (all: number, named: { importKind?: string }[]): boolean =>
  named.length > 0 && named.length === all && named.every(({ importKind }) => importKind === 'type');

const nameOf = (node: Node): string =>
  node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';

const resolve = (from: string, to: string): string => (to.startsWith('.') ? posix.join(posix.dirname(from), to) : to);

type AnyFunction = Extract<Node, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>;

const isFunction = (node: Node): node is AnyFunction =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';

/** A function that holds others counts like a class: its members by themselves. */
function measure(code: string, functions: AnyFunction[]): Func[] {
  return functions.map((func) => {
    const inside = functions.filter(({ start, end }) => start > func.start && end <= func.end);
    const own = blanked(code, inside).slice(func.start, func.end).split('\n');
    const lines = own.filter((line) => line.trim() !== '').length;
    return { line: lineAt(code, func.start), lines, parameters: func.params.length };
  });
}

/** The text with these spans blanked out, lines and offsets as they were. */
function blanked(text: string, spans: readonly { start: number; end: number }[]): string {
  let code = text;
  for (const { start, end } of spans) {
    code = code.slice(0, start) + code.slice(start, end).replaceAll(/[^\n]/g, ' ') + code.slice(end);
  }
  return code;
}
