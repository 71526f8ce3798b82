/** Names, marks and words that have no place in the house. */
import type { Node } from 'oxc-parser';
import { at, type House, type Rule, type Source } from './source.ts';

const forbiddenNames = /^(utils?|helpers?|common|lib|types?|managers?|misc|index|barrel)$/;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config|\.d)?\.ts$/;

export const fileNames: Rule = ({ sources }) =>
  sources.flatMap(({ path }) => {
    const parts = path.split('/');
    const forbidden = parts.find((part) => forbiddenNames.test(part.replace(/\..*$/, '')));
    if (forbidden !== undefined) return [`${path}: "${forbidden}" says nothing about what is inside`];
    return kebabCase.test(parts.at(-1) ?? '') ? [] : [`${path} is not named in kebab-case`];
  });

/** A file that only hands on what others export. */
export const noBarrels: Rule = ({ sources }) =>
  sources
    .filter(({ statements }) => statements.length > 0 && statements.every(handsOn))
    .map(({ path }) => `${path} is a barrel: import from where it stands`);

const handsOn = (node: Node): boolean =>
  node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source !== null);

/** Settings come through platform/config.ts, handed in by what starts the process. */
export const environment: Rule = (house) =>
  ours(house)
    .filter(({ path }) => !/^(local\/|functions\/(azure|main)\.ts$|shared\/platform\/config\.ts$)/.test(path))
    .flatMap((source) => [
      ...source.nodes
        .filter((node) => isMember(node, 'process', 'env'))
        .map((node) => `${at(source, node)} reads the environment`),
      ...source.imports
        .filter(({ to, names }) => /^(node:)?process$/.test(to) && names.includes('env'))
        .map(({ line }) => `${source.path}:${line} reads the environment`),
    ]);

/** Time and randomness come from the platform, so that tests can move and seed them. */
export const clockAndRandom: Rule = (house) =>
  ours(house)
    .filter(({ path }) => !/^(local|shared\/platform)\//.test(path))
    .flatMap((source) => [
      ...source.nodes
        .filter(asksTheProcess)
        .map((node) => `${at(source, node)} takes time or randomness from the process`),
      ...source.imports
        .filter(
          ({ to, names }) => to.endsWith('crypto') && names.some((name) => /^random|^getRandomValues$/.test(name)),
        )
        .map(({ line }) => `${source.path}:${line} takes randomness from the process`),
    ]);

const asksTheProcess = (node: Node): boolean =>
  isMember(node, 'Date', 'now') ||
  isMember(node, 'Math', 'random') ||
  isMember(node, 'crypto', 'randomUUID') ||
  isMember(node, 'crypto', 'getRandomValues') ||
  (node.type === 'NewExpression' && isNamed(node.callee, 'Date') && node.arguments.length === 0) ||
  (node.type === 'CallExpression' && isNamed(node.callee, 'Date'));

/** Two worlds in one process must not meet. */
export const noModuleState: Rule = (house) =>
  ours(house).flatMap((source) =>
    source.statements
      .map((node) => (node.type === 'ExportNamedDeclaration' ? node.declaration : node))
      .filter((node) => node?.type === 'VariableDeclaration' && ['let', 'var'].includes(node.kind))
      .map((node) => `${node === null ? source.path : at(source, node)} keeps state in a module`),
  );

const unfinished = new RegExp(
  `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b|\\bnot ${'impl'}emented`,
);
const notRun = new RegExp(
  `\\b(it|test|describe|suite)(\\.\\w+)*\\.(${['on' + 'ly', 'sk' + 'ip', 'to' + 'do', 'skipIf', 'runIf'].join('|')})\\b|\\b[xf](it|describe)\\(`,
);
const escapes = /\bas any\b|@ts-(ignore|expect-error|nocheck)|\b(es|ox)lint-disable\b/;
const doubleCast = /\bas unknown as\b/;

export const noMarks: Rule = ({ sources }) =>
  sources.flatMap(({ path, text }) => {
    const lines = text.split('\n');
    return lines.flatMap((line, index) => {
      const where = `${path}:${index + 1}`;
      if (unfinished.test(line)) return [`${where} is marked unfinished`];
      if (notRun.test(line)) return [`${where} keeps tests from running`];
      if (escapes.test(line)) return [`${where} escapes a check`];
      const explained = line.includes('//') || /^\s*(\/\/|\*)/.test(lines[index - 1] ?? '');
      return doubleCast.test(line) && !explained ? [`${where} casts twice and gives no reason`] : [];
    });
  });

const ours = ({ sources }: House): Source[] => sources.filter(({ path }) => /^(functions|local|shared)\//.test(path));

const isNamed = (node: Node, name: string): boolean => node.type === 'Identifier' && node.name === name;

const isMember = (node: Node, object: string, property: string): boolean =>
  node.type === 'MemberExpression' && isNamed(node.object, object) && isNamed(node.property, property);
