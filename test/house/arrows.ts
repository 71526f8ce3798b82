/** Who may import whom. */
import type { House, Import, Rule, Source } from './source.ts';

/** Lowest first; rooms on one floor may not import each other. */
const floors = [
  ['platform'],
  ['events'],
  ['access'],
  ['jobs'],
  ['deployments', 'budgets', 'agents', 'tools', 'resources', 'estimates'],
  ['messages', 'readiness'],
  ['approvals', 'tasks'],
  ['steps', 'liveness'],
  ['road'],
  ['releases', 'webhooks'],
  ['maintenance', 'insights', 'digest'],
];

/** The ground: every room stands on it. */
const ground = ['shared/outcomes.ts', 'shared/problems.ts'];

/** What each folder at the top may import beside itself. Examples know Muster by HTTP alone. */
const allowed: Record<string, string[]> = {
  shared: [],
  functions: ['shared'],
  local: ['functions', 'shared'],
  examples: [],
  bench: ['local', 'functions', 'shared', 'examples'],
  test: ['local', 'functions', 'shared', 'examples', 'bench'],
};

/** `shared/jobs/store.ts` is of the room `jobs`; the ground counts as `platform`. */
export function roomOf(path: string): string | undefined {
  if (ground.includes(path)) return 'platform';
  return /^shared\/([^/]+)\//.exec(path)?.[1];
}

export const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room));

export const isStore = (path: string): boolean => /^shared\/[^/]+\/store(\.ts$|\/)/.test(path);

const top = (path: string): string => path.split('/')[0] ?? '';

function eachImport(house: House, wrong: (source: Source, to: Import) => string | undefined): string[] {
  return house.sources.flatMap((source) =>
    source.imports.flatMap((to) => {
      const reason = wrong(source, to);
      return reason === undefined ? [] : [`${source.path}:${to.line} ${reason}`];
    }),
  );
}

/** local → functions → shared; only functions/azure.ts knows the Functions host. */
export const arrows: Rule = (house) =>
  eachImport(house, ({ path }, { to }) => {
    if (/^@azure\/functions(\/|-|$)/.test(to) && path !== 'functions/azure.ts')
      return 'only functions/azure.ts knows @azure/functions';
    if (!(top(to) in allowed)) return undefined;
    const mine = top(path);
    return top(to) === mine || allowed[mine]?.includes(top(to)) ? undefined : `${mine} may not import ${to}`;
  });

/** Inside shared a room imports only from lower floors, types too. */
export const roomsOnFloors: Rule = (house) => [
  ...house.sources.flatMap(({ path }) => {
    if (top(path) !== 'shared') return [];
    const room = roomOf(path);
    return room !== undefined && floorOf(room) >= 0 ? [] : [`${path}: this room has no floor`];
  }),
  ...eachImport(house, ({ path }, { to }) => {
    const [from, into] = [roomOf(path), roomOf(to)];
    if (from === undefined || into === undefined || from === into) return undefined;
    return floorOf(into) < floorOf(from) ? undefined : `${from} may not import ${to}: it does not lie lower`;
  }),
];

/** SQL is written in stores alone, and what wakes Muster calls verbs, not statements. */
export const storeDoors: Rule = (house) =>
  eachImport(house, ({ path }, { to, names, typesOnly }) => {
    if (!['shared', 'functions', 'local'].includes(top(path))) return undefined;
    const composes = names.length === 1 && names[0] === 'upsert'; // of two statements of a store
    const builds = (to === 'shared/platform/database/statement.ts' && !composes) || (to === 'kysely' && !typesOnly);
    if (builds && !isStore(path) && roomOf(path) !== 'platform') return `SQL belongs in a store, and ${to} with it`;
    if (isStore(to) && top(path) !== 'shared' && !typesOnly) return `${top(path)} calls verbs, not ${to}`;
    return undefined;
  });
