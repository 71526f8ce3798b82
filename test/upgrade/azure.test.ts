/** The same on the stand-in for Azure SQL: rows of each version, `npm run migrate`, and the road of today. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { schemaFiles } from '../../docs/generate/tsql-schema.ts';
import { migrated, openServer, type Server } from '../azure/a-server.ts';
import { applySchema } from '../azure/twin/schema.ts';
import { answerBells, Town } from '../road/town.ts';
import { openWorld } from '../world.ts';
import { handClock } from '../world/clock.ts';
import { dataKey, madeAt, readSnapshot, snapshots } from './snapshot.ts';
import { goOn, lostRows, rowsOf } from './upgraded.ts';

let server: Server;
afterEach(() => server.close());

/** A database of that version, with the rows that the embedded one has. */
async function openVersion(version: string): Promise<void> {
  server = await openServer();
  const { raw } = server.database;
  applySchema(server.database, snapshots().indexOf(version) + 1);
  const embedded = new DatabaseSync(':memory:', { enableForeignKeyConstraints: false });
  embedded.exec(readSnapshot(version));
  raw.exec('pragma foreign_keys = off; begin');
  for (const [table, rows] of rowsOf(embedded)) {
    if (table === 'migrations') continue;
    raw.exec(`delete from "${table}"`); // rows that the schema brings along
    const known = new Set(
      raw
        .prepare('select name from pragma_table_info(?)')
        .all(table)
        .map(({ name }) => name),
    );
    for (const row of rows)
      insert(
        raw,
        table,
        Object.entries(row).filter(([column]) => known.has(column) && column !== 'cursor'),
      );
  }
  raw.exec('commit; pragma foreign_keys = on');
}

function insert(raw: DatabaseSync, table: string, values: [column: string, value: SQLInputValue][]): void {
  const columns = values.map(([column]) => `"${column}"`).join(', ');
  const marks = values.map(() => '?').join(', ');
  raw.prepare(`insert into "${table}" (${columns}) values (${marks})`).run(...values.map(([, value]) => value));
}

describe.each(snapshots())('a database of %s on Azure SQL', (version) => {
  test('loses nothing, and each of its jobs comes to its end', async () => {
    await openVersion(version);
    const { raw } = server.database;
    const before = rowsOf(raw);
    expect(await migrated(server)).toEqual(schemaFiles().slice(snapshots().indexOf(version) + 1));
    expect(lostRows(before, rowsOf(raw))).toEqual([]);
    const clock = handClock(madeAt);
    server.follow(clock);
    const settings = { ...server.settings, MUSTER_DATA_KEY: dataKey, LOG_LEVEL: 'silent' };
    const town = new Town(await openWorld(settings, { clock, seed: 2, answer: answerBells }));
    try {
      expect(await goOn(town, raw)).toEqual([]);
    } finally {
      await town.close();
    }
  });
});
