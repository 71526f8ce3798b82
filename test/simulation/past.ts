/**
 * The database as it was some transactions ago, beside the one that goes on: what a read outside of a transaction may
 * find. Nobody finds less than what was there at its own last commit, nor less than it has read before.
 */
import type { Session } from 'node:sqlite';
import type { CompiledQuery } from 'kysely';
import { migrate } from '../../shared/platform/database/migrate.ts';
import { SqliteConnection } from '../../shared/platform/database/sqlite-connection.ts';
import type { Chance } from './chance.ts';

/** After a commit it is brought up to date in this share of cases. */
const catchesUp = 0.05;

export class Past {
  readonly #present: SqliteConnection;
  readonly #connection: SqliteConnection;
  readonly #tables: ReadonlySet<string>;
  #session: Session | undefined;
  /** Commits of this life so far, and those of which it knows. */
  #commits = 0;
  #known = 0;
  /** By who reads: the commits that it knows of. */
  #seen = new WeakMap<object, number>();

  /** Of a town in which nobody has lived yet. */
  constructor(present: SqliteConnection, { tables, time }: { tables: readonly string[]; time: () => number }) {
    this.#present = present;
    this.#tables = new Set(tables);
    this.#connection = new SqliteConnection(':memory:', { time });
    const { raw } = this.#connection;
    migrate(raw);
    raw.exec('pragma foreign_keys = off');
    for (const table of tables.toReversed()) raw.exec(`delete from "${table}"`);
    for (const table of tables)
      for (const row of present.raw.prepare(`select * from "${table}"`).all())
        raw
          .prepare(
            `insert into "${table}" values (${Object.keys(row)
              .map(() => '?')
              .join(', ')})`,
          )
          .run(...Object.values(row));
  }

  /** A new life, from the beginning. */
  begin(): void {
    const { raw } = this.#connection;
    if (raw.isTransaction) raw.exec('rollback');
    raw.exec('begin'); // what a life changes is taken back at once
    this.#session = this.#present.raw.createSession();
    this.#commits = this.#known = 0;
    this.#seen = new WeakMap();
  }

  end(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  /** `who` has committed something, and knows of it. */
  committed(who: object, chance: Chance): void {
    if (this.#session === undefined) return;
    this.#seen.set(who, ++this.#commits);
    if (!chance.chance(catchesUp)) return;
    this.#connection.raw.applyChangeset(this.#session.changeset(), { filter: (table) => this.#tables.has(table) });
    this.end();
    this.#session = this.#present.raw.createSession();
    this.#known = this.#commits;
  }

  /** What `who` may find, if it has not seen more already. Undefined: it has. */
  read<Row>(who: object, query: CompiledQuery<Row>): Row[] | undefined {
    if (this.#session === undefined || (this.#seen.get(who) ?? 0) > this.#known) return undefined;
    this.#seen.set(who, this.#known);
    return this.run(query);
  }

  /** `who` has read what is there now. */
  reads(who: object): void {
    this.#seen.set(who, this.#commits);
  }

  run<Row>(query: CompiledQuery<Row>): Row[] {
    return (this.#session === undefined ? this.#present : this.#connection).run(query);
  }

  close(): void {
    this.end();
    this.#connection.raw.close();
  }
}
