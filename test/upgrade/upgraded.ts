/** A database of an earlier version, brought up to date by the Muster of today, and what became of its rows and jobs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { recordInDatabase } from '../../shared/insights/record-source.ts';
import { checkRecord } from '../../shared/insights/check-record.ts';
import { voidStageLeases } from '../../shared/road/ring-due-work.ts';
import { deleteVerifier } from '../../shared/tools/delete-verifier.ts';
import { refused } from '../kill/acts.ts';
import { admin, answerBells, folk, Town } from '../road/town.ts';
import { openWorld } from '../world.ts';
import { endsAs } from './scene.ts';
import { dataKey, madeAt, readSnapshot } from './snapshot.ts';

export type Row = Record<string, SQLOutputValue>;

export interface Upgraded {
  town: Town;
  /** What stood there before and does not now, a line each. */
  lost(): string[];
  /** Tables with their columns, and indexes. */
  schema(): string[];
  /** Has every job go on to its end; gives what went otherwise than it should. */
  goOn(): Promise<string[]>;
  close(): Promise<void>;
}

/** Columns that a migration has taken away on purpose: `table.column`, or `table`. */
const takenAway: ReadonlySet<string> = new Set();

const tables = (database: DatabaseSync): string[] =>
  database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
    .all()
    .map(({ name }) => String(name));

export const rowsOf = (database: DatabaseSync): Map<string, Row[]> =>
  new Map(tables(database).map((name) => [name, database.prepare(`select * from "${name}"`).all()]));

/** Every row of before is there, with the values that it had. */
export function lostRows(before: Map<string, Row[]>, after: Map<string, Row[]>): string[] {
  return [...before].flatMap(([table, rows]) => {
    if (takenAway.has(table)) return [];
    const now = after.get(table);
    if (now === undefined) return [`the table ${table} is gone`];
    const kept = Object.keys(rows[0] ?? {}).filter((column) => !takenAway.has(`${table}.${column}`));
    const told = (row: Row) => JSON.stringify(kept.map((column) => row[column] ?? null));
    const there = new Set(now.map(told));
    return rows
      .map(told)
      .filter((row) => !there.has(row))
      .map((row) => `of ${table} is lost or changed: ${row}`);
  });
}

export function schemaOf(database: DatabaseSync): string[] {
  const columns = tables(database).flatMap((table) =>
    database
      .prepare('select name, type, "notnull", dflt_value, pk from pragma_table_info(?)')
      .all(table)
      .map((column) => `${table} ${Object.values(column).map(String).join(' ')}`),
  );
  const indexes = database.prepare("select sql from sqlite_schema where type = 'index' and sql is not null").all();
  return [...columns, ...indexes.map(({ sql }) => String(sql))].toSorted();
}

/** `more` is run after the migrations, for those who plant what they should not do. */
export async function upgraded(version: string, more = ''): Promise<Upgraded> {
  const home = mkdtempSync(join(tmpdir(), 'muster-upgrade-'));
  const file = new DatabaseSync(join(home, 'muster.db'), { enableForeignKeyConstraints: false });
  file.exec(readSnapshot(version));
  const before = rowsOf(file);
  file.close();
  const settings = { MUSTER_DATA: home, MUSTER_DATA_KEY: dataKey, LOG_LEVEL: 'silent' };
  const town = new Town(await openWorld(settings, { at: madeAt, seed: 2, answer: answerBells }));
  const database = new DatabaseSync(join(home, 'muster.db'));
  database.exec(more);
  return {
    town,
    lost: () => lostRows(before, rowsOf(database)),
    schema: () => schemaOf(database),
    goOn: () => goOn(town, database),
    close: async () => {
      database.close();
      await town.close();
      rmSync(home, { recursive: true });
    },
  };
}

/** Nobody remembers what they held; tools are there, nobody is asked to verify, heads say yes, agents work. */
export async function goOn(town: Town, database: DatabaseSync): Promise<string[]> {
  for (const agent of [...folk.heads, ...folk.workers]) town.beating.add(agent);
  await voidStageLeases(town.platform);
  await town.tool('late');
  await deleteVerifier(town.platform, admin, { name: 'audit' });
  for (let rounds = 0; rounds < 12; rounds++) {
    await town.pass(40);
    await town.sweep();
    const open = await town.sql<{ job_id: string }>("select job_id from approvals where state = 'open'");
    for (const { job_id } of open) for (const head of folk.heads) await town.vote(job_id, head).catch(refused);
    await town.work();
  }
  const { bad } = await checkRecord(recordInDatabase(town.platform.db.read, town.platform.sealer));
  return [
    ...otherEnds(database),
    ...database
      .prepare(leftOver)
      .all()
      .map((row) => `left over: ${JSON.stringify(row)}`),
    ...(bad === null ? [] : [`the record is not whole: ${JSON.stringify(bad)}`]),
  ];
}

/** Older versions have not each of them; that one is lost is told by its row. */
function otherEnds(database: DatabaseSync): string[] {
  const jobs = database.prepare('select job_name, state, due_at from jobs').all();
  const states = new Map(
    jobs.map(({ job_name, state, due_at }) => [job_name, due_at === null ? state : `${String(state)}, due`]),
  );
  return Object.entries(endsAs).flatMap(([name, end]) =>
    !states.has(name) || states.get(name) === end ? [] : [`${name} came to ${String(states.get(name))}`],
  );
}

const leftOver = `select 'budget' what from budgets where reserved_micros <> 0 union all
  select 'resource' from resources where allocated <> 0 union all
  select 'reservation' from reservations where reserved_micros <> 0 union all
  select 'allocation' from allocations`;
