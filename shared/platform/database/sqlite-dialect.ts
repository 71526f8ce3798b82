/** Kysely's compiler for SQLite, less what SQLite has no need of: row locks. */
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SelectModifierNode,
} from 'kysely';

class Compiler extends SqliteQueryCompiler {
  /** One writer at a time holds the whole file, so `for update` and `skip locked` say nothing here. */
  protected override visitSelectModifier(_node: SelectModifierNode): void {}
}

/** Builds statements; running them is the connection's work. */
export const sqliteBuilder = (): Kysely<never> =>
  new Kysely<never>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new Compiler(),
    },
  });
