/** The rows that a transaction reaches, each with what it does to it and what the row belongs to. */
import type { Access } from './access.ts';
import type { Recording, Run } from './recorder.ts';
import { keysOf } from './schema.ts';

/** A row, or what stands for those that only a condition reaches. */
export interface Reached {
  table: string;
  /** Undefined: some row that a condition meets. */
  key: string | undefined;
  /** Which of the transaction's accesses reach it. */
  at: number[];
  /** Rows that it cannot leave: its job, its approval, its agent. */
  parents: [table: string, key: string][];
  /** The one that it is with while it is reached so, and can leave. */
  holder: [table: string, key: string] | undefined;
  /** Its key is new and its transaction's own. */
  isNew: boolean;
}

/** Columns that no table says to be references, and never change. */
const belongs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tool_uses: { deployment_id: 'deployments' },
  deliveries: { webhook_id: 'webhooks' },
};

/** Tables of which all rows are under one lock. */
const underOne: Readonly<Record<string, [table: string, key: string]>> = {
  predictors: ['learners', 'learner'],
  durations: ['learners', 'learner'],
  agent_records: ['learners', 'learner'],
  queue_agents: ['queue_matching', 'queue matching'],
};

/** Only one row each: whoever locks one locks that of the others. */
const single: ReadonlySet<string> = new Set(['learners', 'queue_matching', 'fan_outs']);
export const isSingle = ({ table }: Pick<Reached, 'table'>): boolean => single.has(table);

/** Their ids are made for the row, so that no other transaction inserts the same. */
const ownIds: ReadonlySet<string> = new Set([
  ...['action_items', 'approvals', 'asks', 'ballots', 'deployments', 'jobs', 'messages', 'sealed_values', 'seals'],
  ...['deliveries', 'tasks', 'webhooks'],
]);

/** References that change while the row stays. */
const moving = new Set(['owner_id', 'endpoint_secret_id', 'secret_id', 'previous_secret_id']);

type Facts = Recording['facts'];

export function rowsOf(run: Run, facts: Facts): Reached[] {
  const byTable = Map.groupBy(
    run.accesses.map((access, at) => ({ access, at })),
    ({ access }) => access.table,
  );
  return [...byTable].flatMap(([table, touching]) => {
    const keys = [...new Set(touching.flatMap(({ access }) => access.keys))];
    const known = keys.map((key) => reached(table, key, touching, facts));
    const scopes = new Map(
      touching.flatMap(({ access }) =>
        access.isWhole || access.kind === 'lock'
          ? []
          : [[JSON.stringify(parentsIn(table, access.bound, facts)), access] as const],
      ),
    );
    const others = [...scopes.values()].map((access) => unnamed(table, access, touching, facts));
    return [...known, ...others].filter(({ at }) => at.length > 0);
  });
}

interface Touching {
  access: Access;
  at: number;
}

function reached(table: string, key: string, touching: readonly Touching[], facts: Facts): Reached {
  const row = facts.get(table)?.get(key) ?? new Map<string, unknown>();
  const at = touching.flatMap(({ access, at: index }) => (reaches(access, key, row) ? [index] : []));
  const cells = new Map([...row, ...keyCells(table, key)]);
  const isMade = touching.some(({ access: { kind, keys } }) => kind === 'insert' && keys.includes(key));
  return {
    table,
    key,
    at,
    parents: parentsIn(table, cells, facts),
    holder: holderIn(touching, at),
    isNew: isMade && ownIds.has(table),
  };
}

/** A task is with an agent, and a principal with its owner. */
const holders: Readonly<Record<string, [column: string, table: string]>> = {
  tasks: ['holder_id', 'agents'],
  principals: ['owner_id', 'principals'],
};

/** Undefined where an access does not say whom it must be with, or is given to. */
export function holderOf({ table, bound, sets }: Access): [table: string, key: string] | undefined {
  const [column, parent] = holders[table] ?? [];
  if (column === undefined || parent === undefined) return undefined;
  const holder = sets.get(column) ?? bound.get(column);
  return typeof holder === 'string' ? [parent, holder] : undefined;
}

const holderIn = (touching: readonly Touching[], at: readonly number[]): [string, string] | undefined =>
  touching
    .flatMap((each) => (at.includes(each.at) ? [holderOf(each.access)] : []))
    .find((holder) => holder !== undefined);

/** Whether it may reach a row of this key, which has these values for ever. */
function reaches(
  { table, kind, keys, isWhole, bound }: Access,
  key: string,
  row: ReadonlyMap<string, unknown>,
): boolean {
  if (keys.includes(key)) return true;
  if (isWhole || kind === 'lock') return false;
  const fixed = [...bound].filter(([column]) => isFixed(table, column));
  return fixed.every(([column, value]) => !row.has(column) || row.get(column) === value);
}

function unnamed(table: string, scope: Access, touching: readonly Touching[], facts: Facts): Reached {
  const fixed = new Map([...scope.bound].filter(([column]) => isFixed(table, column)));
  const at = touching.flatMap(({ access, at: index }) => {
    if (access.isWhole || access.kind === 'lock') return [];
    return [...fixed].every(([column, value]) => !access.bound.has(column) || access.bound.get(column) === value)
      ? [index]
      : [];
  });
  const isMade = touching.some((each) => at.includes(each.at) && each.access.kind === 'insert');
  return {
    table,
    key: undefined,
    at,
    parents: parentsIn(table, fixed, facts),
    holder: holderIn(touching, at),
    isNew: isMade && ownIds.has(table),
  };
}

/** What a row has in such a column tells for ever what it belongs to. */
const isFixed = (table: string, column: string): boolean =>
  parentTable(table, column) !== undefined || (table === 'events' && column === 'stream');

/** What a row with these values belongs to, and what that belongs to. */
function parentsIn(table: string, cells: ReadonlyMap<string, unknown>, facts: Facts): [string, string][] {
  const own = [...cells].flatMap(([column, value]): [string, string][] => {
    const parent = parentTable(table, column);
    return parent === undefined || typeof value !== 'string' ? [] : [[parent, value]];
  });
  own.push(...streamOf(table, cells));
  const one = underOne[table];
  const all = one === undefined ? own : [...own, one];
  const above = all.flatMap(([parent, key]) => parentsIn(parent, facts.get(parent)?.get(key) ?? new Map(), facts));
  return [...new Map([...all, ...above].map((each) => [each.join(' '), each])).values()];
}

const streams: Readonly<Record<string, string>> = {
  ...{ job: 'jobs', approval: 'approvals', principal: 'principals', agent: 'agents', budget: 'budgets' },
  ...{ tool: 'tools', verifier: 'verifiers', resource: 'resources', template: 'templates', webhook: 'webhooks' },
};

/** The row that an event is about. */
function streamOf(table: string, cells: ReadonlyMap<string, unknown>): [string, string][] {
  const stream = table === 'events' ? cells.get('stream') : undefined;
  const [, kind = '', rest = ''] = /^([a-z]+)[_:](.*)$/.exec(typeof stream === 'string' ? stream : '') ?? [];
  const parent = streams[kind];
  if (parent === undefined || typeof stream !== 'string') return [];
  const key = ['job', 'approval', 'webhook'].includes(kind) ? stream : rest.replace(/^month:/, 'month/');
  return [[parent, key]];
}

const parentTable = (table: string, column: string): string | undefined =>
  moving.has(column) ? undefined : (belongs[table]?.[column] ?? keysOf(table).references.get(column));

function keyCells(table: string, key: string): [string, unknown][] {
  const { primary } = keysOf(table);
  const parts = key.split('/');
  return primary.length === parts.length ? primary.map((column, at) => [column, parts[at]]) : [];
}
