/**
 * `node test/upgrade/make-snapshot.ts`: makes the database of this version of the schema, with a job in each state. Run
 * it with each new migration. Delete what it has made, to have it made anew, only while that version is not released.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sealRecord } from '../../shared/events/seal.ts';
import { migrations } from '../../shared/platform/database/migrate.ts';
import { openTown } from '../road/town.ts';
import { furnish } from './furniture.ts';
import { archiveOne, callSomebody, failTooOften, sayWhoMayWrite, tellNobody } from './later.ts';
import { setScene } from './scene.ts';
import { dataKey, dump, fileOf, madeAt, packed } from './snapshot.ts';

async function makeSnapshot(): Promise<string> {
  const newest = basename(migrations().at(-1)?.name ?? '', '.sql');
  const file = fileOf(newest);
  if (existsSync(file)) return `there is one of ${newest} already`;
  const home = mkdtempSync(join(tmpdir(), 'muster-snapshot-'));
  const at = new Date(madeAt.getTime() - 27 * 3_600_000); // a day and three hours pass in it
  const town = await openTown({ MUSTER_DATA: home, MUSTER_DATA_KEY: dataKey }, { at });
  await furnish(town);
  await archiveOne(town);
  await failTooOften(town);
  await sayWhoMayWrite(town);
  await tellNobody(town);
  await callSomebody(town);
  await setScene(town);
  await sealRecord(town.platform);
  await town.close();
  writeFileSync(file, packed(dump(join(home, 'muster.db'))));
  rmSync(home, { recursive: true });
  return `made ${file}`;
}

process.stdout.write(`${await makeSnapshot()}\n`);
