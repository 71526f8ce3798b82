/** What holds of the locks of every transaction, on SQLite's engine and in the text for Azure SQL. */
import type { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tsqlBuilder } from '../../shared/platform/database/azure-sql/dialect.ts';
import { currentTransaction } from '../../shared/platform/context.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { aMonthLater } from '../maintenance/a-month-later.ts';
import { openServer, type Asked, type Said, type Server } from '../readiness/a-server.ts';
import { openTown, type Town } from '../road/town.ts';
import { elsewhere, goEverywhere } from './everywhere.ts';
import { transactionsOfOurs } from './ours.ts';
import { early, order } from './order.ts';

interface Opened {
  name: string;
  queries: CompiledQuery[];
}

const opened: Opened[] = [];
let town: Town;
let server: Server;
let answer: (asked: Asked) => Said = () => ({});

beforeAll(async () => {
  server = await openServer((asked) => answer(asked));
  town = await openTown({}, { at: new Date(), engine: keeping }); // a signature is looked at with its time
  await goEverywhere({ town, url: server.url, answers: (said) => (answer = said) });
  await aMonthLater(town);
});
afterAll(async () => {
  await town.close(); // throws where an order was broken
  await server.close();
});

const keeping = (engine: Engine): Engine => ({
  ...engine,
  atomically: (work) =>
    engine.atomically((run, at) => {
      const queries: CompiledQuery[] = [];
      return work((query) => {
        if (queries.length === 0) opened.push({ name: currentTransaction() ?? '', queries });
        queries.push(query);
        return run(query);
      }, at);
    }),
  together: (queries) => {
    opened.push({ name: currentTransaction() ?? '', queries: [...queries] });
    return engine.together(queries);
  },
});

describe('the locks of every verb, stage and sweep', () => {
  it('are looked at here, or elsewhere', () => {
    const names = new Set([...opened.map(({ name }) => name.replace(/ claim$/, '')), ...elsewhere]);
    expect(transactionsOfOurs().filter((name) => !names.has(name.replace(/ claim$/, '')))).toEqual([]);
  });

  it('are taken in their order', () => {
    expect(town.world.breaches).toEqual([]);
  });
});

const { builder } = tsqlBuilder();
const tables: readonly string[] = Object.keys(order);

/** The tables that a statement locks as Azure SQL is told it: those it touches, changes or deletes from. */
const lockedBy = ({ query, queryId }: CompiledQuery): string[] =>
  [
    ...builder
      .getExecutor()
      .compileQuery(query, queryId)
      .sql.matchAll(/(?:^|; )(?:update|delete from) "(\w+)"/g),
  ].flatMap(([, table]) => (table !== undefined && tables.includes(table) ? [table] : []));

const isOurs = ({ name }: Opened): boolean => transactionsOfOurs().includes(name) || name.endsWith(' claim');

describe('the text for Azure SQL', () => {
  it('touches a row before it reads what it decides by', () => {
    const late = opened.filter(isOurs).filter(({ queries }) => {
      const first = queries.findIndex((query) => lockedBy(query).length > 0);
      const before = queries.slice(0, Math.max(0, first)).map(({ query }) => query.kind);
      return before.filter((kind) => kind === 'SelectQueryNode').length > (isKeyed(queries) ? 1 : 0);
    });
    expect([...new Set(late.map(({ name }) => name))]).toEqual([]);
  });

  it('locks tables in their order', () => {
    const turned = opened.filter(isOurs).filter(({ queries }) => {
      const [first, ...others] = new Set(queries.flatMap(lockedBy));
      const places = (first === undefined || first === early ? others : [first, ...others]).map((table) =>
        tables.indexOf(table),
      );
      return places.some((place, i) => i > 0 && place < (places[i - 1] ?? 0));
    });
    expect([...new Set(turned.map(({ name }) => name))]).toEqual([]);
  });
});

/** An Idempotency-Key is looked for first: a unique key holds it. */
const isKeyed = ([first]: CompiledQuery[]): boolean => first?.sql.includes('"idempotency_keys"') === true;
