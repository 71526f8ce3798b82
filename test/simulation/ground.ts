/**
 * What every life stands on: one database in memory with a town in it, made once in each process by real verbs and set
 * back before each life. Its statements stay prepared, which would cost more than the life itself.
 */
import type { StatementSync } from 'node:sqlite';
import { migrate } from '../../shared/platform/database/migrate.ts';
import { SqliteConnection } from '../../shared/platform/database/sqlite-connection.ts';

type Value = string | number | null;

export class Ground {
  readonly connection: SqliteConnection;
  /** The database's clock, in milliseconds since 1970; each life brings its own. */
  time: () => number = () => 0;
  readonly #statements = new Map<string, StatementSync>();
  #reset: StatementSync[] = [];

  constructor() {
    this.connection = new SqliteConnection(':memory:', { time: () => this.time() });
    migrate(this.connection.raw);
  }

  /** Past every store, as the database has it. */
  rows<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.connection.raw.prepare(sql)));
    return statement.all(...parameters) as Row[];
  }

  /** Names of all tables, those of watchers last: setting back the others must leave nothing in them. */
  tables(): string[] {
    const { raw } = this.connection;
    const names = raw.prepare("select name from sqlite_schema where type = 'table' order by rowid").all();
    return (names as { name: string }[]).map(({ name }) => name);
  }

  /** What is in it now is what each life begins with; from now on, what `watch` sets up looks on. */
  keep(watch: readonly string[]): void {
    const { raw } = this.connection;
    for (const statement of watch) raw.exec(statement);
    raw.exec("attach ':memory:' as kept");
    const tables = this.tables();
    for (const table of tables) raw.exec(`create table kept."${table}" as select * from main."${table}"`);
    this.#reset = tables.flatMap((table) => [
      raw.prepare(`delete from main."${table}"`),
      raw.prepare(`insert into main."${table}" select * from kept."${table}"`),
    ]);
  }

  /** Ends what is open. */
  rollBack(): void {
    if (this.connection.raw.isTransaction) this.connection.raw.exec('rollback');
  }

  /** Sets everything back, also what a dead process left open. */
  reset(): void {
    const { raw } = this.connection;
    this.rollBack();
    raw.exec('pragma foreign_keys = off; begin');
    for (const statement of this.#reset) statement.run();
    raw.exec('commit; pragma foreign_keys = on');
  }

  close(): void {
    this.connection.raw.close();
  }
}
