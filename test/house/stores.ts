/** Who may write which table. */
import type { Node } from 'oxc-parser';
import { floorOf, isStore, roomOf } from './arrows.ts';
import { at, type House, type Rule, type Source } from './source.ts';

/** The room of each table, by the comments `-- room: <room>` of the schema. */
export function ownersIn(schema: string): Map<string, string> {
  const owners = new Map<string, string>();
  let room = 'platform';
  for (const line of schema.split('\n')) {
    room = /^-- room: (\w+)/.exec(line)?.[1] ?? room;
    const table = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/i.exec(line)?.[1];
    if (table !== undefined) owners.set(table, room);
  }
  return owners;
}

const writing = new Set([
  'insertInto',
  'updateTable',
  'deleteFrom',
  'mergeInto',
  'replaceInto',
  'dueWork',
  'sweepForJobs',
]);

/** One room writes a table, and says which by its name. */
export const tableOwners: Rule = (house) => {
  const owners = ownersIn(house.schema);
  return roomSources(house).flatMap((source) =>
    source.nodes.flatMap((node) => {
      const table = writtenTable(node);
      if (table === undefined) return [];
      if (table === null) return [`${at(source, node)} names the table it writes by an expression`];
      const owner = owners.get(table);
      if (owner === roomOf(source.path)) return [];
      return [
        `${at(source, node)} writes ${table}, which is ${owner === undefined ? 'in no schema' : `of the room ${owner}`}`,
      ];
    }),
  );
};

/** Undefined: no write. Null: a write to who knows what. */
function writtenTable(node: Node): string | null | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const { callee } = node;
  const name = callee.type === 'Identifier' ? callee.name : propertyOf(callee);
  if (name === undefined || !writing.has(name)) return undefined;
  const [table] = node.arguments;
  return table?.type === 'Literal' && typeof table.value === 'string' ? table.value.split(' ')[0] : null;
}

const propertyOf = (node: Node): string | undefined =>
  node.type === 'MemberExpression' && node.property.type === 'Identifier' ? node.property.name : undefined;

/** Raw SQL that writes would pass by the owners. */
export const noRawWrites: Rule = (house) =>
  roomSources(house).flatMap((source) =>
    source.nodes.flatMap((node) =>
      node.type === 'TaggedTemplateExpression' &&
      node.tag.type === 'Identifier' &&
      node.tag.name === 'sql' &&
      /\b(insert\s+into|delete\s+from|update\s+\w+\s+set)\b/i.test(source.text.slice(node.start, node.end))
        ? [`${at(source, node)} writes with raw SQL`]
        : [],
    ),
  );

/** A store joins its own tables and those of lower rooms. */
export const tablesNamed: Rule = (house) => {
  const owners = ownersIn(house.schema);
  return roomSources(house).flatMap((source) =>
    source.nodes.flatMap((node) =>
      tablesOf(node).flatMap((table) => {
        const owner = owners.get(table);
        const room = roomOf(source.path);
        if (owner === undefined) return [`${at(source, node)} names the table ${table}, which is in no schema`];
        if (owner === room || floorOf(owner) < floorOf(room ?? '')) return [];
        return [`${at(source, node)} joins ${table} of the room ${owner}, which does not lie lower`];
      }),
    ),
  );
};

/** The tables of `store<{ jobs: JobTable; … }>()`. */
function tablesOf(node: Node): string[] {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'store') return [];
  const [schema] = node.typeArguments?.params ?? [];
  if (schema?.type !== 'TSTypeLiteral') return [];
  return schema.members.flatMap((member) =>
    member.type === 'TSPropertySignature' && member.key.type === 'Identifier' ? [member.key.name] : [],
  );
}

/** A statement that moves a stream's head goes with its event: only the room that records it may run it. */
export const headsMoveAtHome: Rule = (house) => {
  const moving = new Map(house.sources.filter(({ path }) => isStore(path)).map((store) => [store.path, movers(store)]));
  return house.sources.flatMap((source) =>
    source.imports.flatMap(({ to, names, line }) => {
      if (source.path.startsWith('test/') || roomOf(source.path) === roomOf(to)) return [];
      const taken = names.filter((name) => moving.get(to)?.has(name));
      return taken.map((name) => `${source.path}:${line} runs ${name}, which moves a stream of the room ${roomOf(to)}`);
    }),
  );
};

/** The exported statements that write `head_hash`. */
function movers(store: Source): Set<string> {
  return new Set(
    store.statements.flatMap((statement) => {
      if (statement.type !== 'ExportNamedDeclaration' || statement.declaration?.type !== 'VariableDeclaration')
        return [];
      return statement.declaration.declarations.flatMap(({ id, init }) =>
        id.type === 'Identifier' && init !== null && /\bhead_hash: p\./.test(store.text.slice(init.start, init.end))
          ? [id.name]
          : [],
      );
    }),
  );
}

const roomSources = ({ sources }: House): Source[] =>
  sources.filter(({ path }) => path.startsWith('shared/') && roomOf(path) !== 'platform');
