/** Reads of one turn share a snapshot; nobody who awaited a commit sees less than it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SqliteConnection } from '../../shared/platform/database/sqlite-connection.ts';
import { TurnSnapshot } from '../../shared/platform/database/turn-snapshot.ts';
import { openWorld, type World } from '../world.ts';

let folder: string;
let world: World;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-'));
  world = await openWorld({ MUSTER_DATA: folder });
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const insert = (name: string) => CompiledQuery.raw('INSERT INTO learners (name) VALUES (?)', [name]);
const select = CompiledQuery.raw("SELECT name FROM learners WHERE name LIKE 'new%' ORDER BY name") as CompiledQuery<{
  name: string;
}>;
const turn = () => new Promise(setImmediate);

it('shows in one turn what stood at its first read, in the next what was written since', async () => {
  const time = () => 0;
  const reading = new TurnSnapshot(new SqliteConnection(join(folder, 'muster.db'), { readOnly: true, time }));
  const other = new SqliteConnection(join(folder, 'muster.db'), { time });
  expect(reading.run(select)).toEqual([]);
  other.run(insert('new by another'));
  expect(reading.run(select)).toEqual([]);
  await turn();
  expect(reading.run(select)).toHaveLength(1);
  other.raw.close();
  reading.close();
});

it('shows a commit to everybody who waited for it', async () => {
  const { db } = world.platform;
  const write = async (name: string) => {
    await db.read.run(select); // opens the snapshot of this turn
    await db.transaction('write', (tx) => tx.run(insert(name)));
    return (await db.read.run(select)).map((row) => row.name);
  };
  const seen = await Promise.all(
    Array.from({ length: 50 }, (_, n) => write(`new ${n}`).then((names) => names.includes(`new ${n}`))),
  );
  expect(seen).toEqual(Array.from({ length: 50 }, () => true));
});

it('ends with the connection, whatever turn it is', async () => {
  const reading = new TurnSnapshot(new SqliteConnection(join(folder, 'muster.db'), { readOnly: true, time: () => 0 }));
  reading.run(select);
  reading.close();
  await turn();
  expect(() => reading.run(select)).toThrow('database is not open');
});
