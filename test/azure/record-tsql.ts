/**
 * Keeps every statement of a test as the dialect of Azure SQL says it, in the file that MUSTER_TSQL names: a line each,
 * for `../shared/acceptance/tsql`.
 */
import { appendFileSync } from 'node:fs';
import { RawNode, type CompiledQuery, type Kysely } from 'kysely';
import { deleteMarks, insertMark } from '../../shared/platform/database/azure-sql/commits.ts';
import { tsqlBuilder } from '../../shared/platform/database/azure-sql/dialect.ts';
import { begin } from '../../shared/platform/database/azure-sql/engine.ts';
import { findApplied, readVersions, takeLock } from '../../shared/platform/database/azure-sql/migrate.ts';
import { parameterOf } from '../../shared/platform/database/azure-sql/parameters.ts';
import { findVersion } from '../../shared/platform/database/azure-sql/schema.ts';
import { sqliteBuilder } from '../../shared/platform/database/sqlite-dialect.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { currentTransaction } from '../../shared/platform/context.ts';

/** The engine as it is, or one that records what it runs, but for what is asked of a test's own tables. */
export function recorded(engine: Engine, hasOwnTables: boolean): Engine {
  const file = process.env['MUSTER_TSQL'];
  if (file === undefined || hasOwnTables) return engine;
  const note = noteIn(file, engine.isNear ? sqliteBuilder() : tsqlBuilder().builder);
  return {
    ...engine,
    read: (query) => (note('read', query), engine.read(query)),
    atomically: (work, ran) =>
      engine.atomically(
        (run, at) => work((query) => (note(currentTransaction() ?? 'transaction', query), run(query)), at),
        ran,
      ),
    together: (queries, ran) => {
      for (const query of queries) note('batch', query);
      return engine.together(queries, ran);
    },
  };
}

/** What the adapter says by hand, with the types of its parameters. */
const byHand: Record<string, { sql: string; types: string[] }> = {
  'begin a transaction': { sql: begin, types: [] },
  'leave a mark': { sql: insertMark, types: ['NVarChar'] },
  'delete marks': { sql: deleteMarks, types: ['NVarChar'] },
  'find the version': { sql: findVersion, types: ['NVarChar'] },
  'lock migrations': { sql: takeLock, types: [] },
  'find migrations': { sql: findApplied, types: [] },
  'read versions': { sql: readVersions, types: [] },
};

const seen = new Set<string>();

/** `asked` is the builder that the engine's own statements come from. */
function noteIn(file: string, asked: Kysely<never>): (name: string, query: CompiledQuery) => void {
  const { builder, shapeOf } = tsqlBuilder();
  const keep = (name: string, sql: string, types: readonly string[]): void => {
    if (seen.has(sql)) return;
    seen.add(sql);
    const parameters = types.map((type, at) => ({ name: `@${at + 1}`, type }));
    appendFileSync(file, `${JSON.stringify({ name, sql, parameters })}\n`);
  };
  for (const [name, { sql, types }] of Object.entries(byHand)) keep(name, sql, types);
  return (name, { query, queryId, parameters: given }) => {
    if (RawNode.is(query)) return; // a test's own text
    const compiled = builder.getExecutor().compileQuery(query, queryId);
    if (seen.has(compiled.sql)) return;
    const kinds = shapeOf(compiled)?.kinds ?? [];
    const standIns = asked.getExecutor().compileQuery(query, queryId).parameters; // in the order of `given`
    const types = compiled.parameters.map((value, at) => parameterOf(given[standIns.indexOf(value)], kinds[at]).type);
    keep(name, compiled.sql, types);
  };
}
