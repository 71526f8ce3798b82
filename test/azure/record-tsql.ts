/**
 * Keeps every statement of a test as the dialect of Azure SQL says it, in the file that MUSTER_TSQL names: a line each,
 * for `../shared/acceptance/tsql`.
 */
import { appendFileSync } from 'node:fs';
import { RawNode, type CompiledQuery } from 'kysely';
import { tsqlBuilder } from '../../shared/platform/database/azure-sql/dialect.ts';
import { parameterOf } from '../../shared/platform/database/azure-sql/parameters.ts';
import { sqliteBuilder } from '../../shared/platform/database/sqlite-dialect.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { currentTransaction } from '../../shared/platform/context.ts';

/** The engine as it is, or one that records what it runs. */
export function recorded(engine: Engine): Engine {
  const file = process.env['MUSTER_TSQL'];
  if (file === undefined) return engine;
  const note = noteIn(file);
  return {
    ...engine,
    read: (query) => (note('read', query), engine.read(query)),
    atomically: (work) =>
      engine.atomically((run, at) =>
        work((query) => (note(currentTransaction() ?? 'transaction', query), run(query)), at),
      ),
    together: (queries) => {
      for (const query of queries) note('batch', query);
      return engine.together(queries);
    },
  };
}

const seen = new Set<string>();

function noteIn(file: string): (name: string, query: CompiledQuery) => void {
  const { builder, shapeOf } = tsqlBuilder();
  const builtIn = sqliteBuilder();
  return (name, { query, queryId, parameters: given }) => {
    if (RawNode.is(query)) return; // a test's own text
    const compiled = builder.getExecutor().compileQuery(query, queryId);
    if (seen.has(compiled.sql)) return;
    seen.add(compiled.sql);
    const kinds = shapeOf(compiled)?.kinds ?? [];
    const standIns = builtIn.getExecutor().compileQuery(query, queryId).parameters; // in the order of `given`
    const parameters = compiled.parameters.map((value, at) => ({
      name: `@${at + 1}`,
      type: parameterOf(given[standIns.indexOf(value)], kinds[at]).type,
    }));
    appendFileSync(file, `${JSON.stringify({ name, sql: compiled.sql, parameters })}\n`);
  };
}
