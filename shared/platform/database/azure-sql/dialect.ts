/** Builds statements for Azure SQL; running them is the connection's work. */
import { DummyDriver, Kysely, MssqlAdapter, MssqlIntrospector, type CompiledQuery } from 'kysely';
import { TsqlCompiler } from './compiler.ts';
import type { Shape } from './shape.ts';

export interface TsqlBuilder {
  builder: Kysely<never>;
  /** Of a statement that this builder has compiled; undefined for text by hand. */
  shapeOf(query: CompiledQuery): Shape | undefined;
}

export function tsqlBuilder(): TsqlBuilder {
  const shapes = new WeakMap<object, Shape>();
  const builder = new Kysely<never>({
    dialect: {
      createAdapter: () => new MssqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new MssqlIntrospector(db),
      createQueryCompiler: () => new TsqlCompiler(shapes),
    },
  });
  return { builder, shapeOf: ({ query }) => shapes.get(query) };
}
