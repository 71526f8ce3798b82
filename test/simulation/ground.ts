/**
 * What every life stands on: one database in memory with a town in it, made once in each process by real verbs and set
 * back before each life. Its statements stay prepared, which would cost more than the life itself.
 */
import type { StatementSync } from 'node:sqlite';
import { migrate } from '../../shared/platform/database/migrate.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { SqliteConnection } from '../../shared/platform/database/sqlite-connection.ts';
import { Past } from './past.ts';

type Value = string | number | null;

export class Ground {
  readonly connection: SqliteConnection;
  /** The database's clock, in milliseconds since 1970; each life brings its own. */
  time: () => number = () => 0;
  readonly #statements = new Map<string, StatementSync>();
  #reset: StatementSync[] = [];
  #own: string[] = [];
  #past: Past | undefined;
  #builder: Engine['builder'] | undefined;

  constructor() {
    this.connection = new SqliteConnection(':memory:', { time: () => this.time() });
    migrate(this.connection.raw);
  }

  /** Statements are compiled once for each builder: the first serves all lives. */
  builderOf({ builder }: Engine): Engine['builder'] {
    return (this.#builder ??= builder);
  }

  /** Past every store, as the database has it. */
  rows<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.connection.raw.prepare(sql)));
    return statement.all(...parameters) as Row[];
  }

  /** Names of all tables, each after those that it refers to, and those of watchers last. */
  tables(): string[] {
    const { raw } = this.connection;
    const names = raw.prepare("select name from sqlite_schema where type = 'table' order by rowid").all();
    return (names as { name: string }[]).map(({ name }) => name);
  }

  /** What is in it now is what each life begins with; from now on, what `watch` sets up looks on. */
  keep(watch: readonly string[]): void {
    const { raw } = this.connection;
    const own = (this.#own = this.tables());
    for (const statement of watch) raw.exec(statement);
    raw.exec("attach ':memory:' as kept");
    const tables = this.tables();
    for (const table of tables) raw.exec(`create table kept."${table}" as select * from main."${table}"`);
    const empty = (table: string) => raw.prepare(`delete from main."${table}"`);
    const fill = (table: string) => raw.prepare(`insert into main."${table}" select * from kept."${table}"`);
    const filled = tables.filter((table) => this.rows(`select 1 from kept."${table}" limit 1`).length > 0);
    const watching = tables.filter((table) => !own.includes(table));
    this.#reset = [
      ...tables.toReversed().map(empty),
      ...filled.map(fill),
      ...watching.map(empty), // of what they have seen of the filling
    ];
  }

  /** As it was some transactions ago; made when it is first asked for, before anybody lives. */
  get past(): Past {
    return (this.#past ??= new Past(this.connection, { tables: this.#own, time: () => this.time() }));
  }

  /** Ends what is open. */
  rollBack(): void {
    if (this.connection.raw.isTransaction) this.connection.raw.exec('rollback');
  }

  /** Sets everything back, also what a dead process left open. */
  reset(): void {
    const { raw } = this.connection;
    this.#past?.end();
    this.rollBack();
    raw.exec('begin');
    for (const statement of this.#reset) statement.run();
    raw.exec('commit');
  }

  close(): void {
    this.#past?.close();
    this.connection.raw.close();
  }
}
