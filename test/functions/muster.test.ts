/** What opening Muster does before anybody calls. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMuster } from '../../functions/muster.ts';
import { readConfig } from '../../shared/platform/config.ts';

let folder: string;
let logged: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-opened-'));
  logged = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => logged.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('opens for everything else where one of the sweeps has a fault, which is logged', async () => {
  const config = readConfig({ MUSTER_DATA: folder });
  await (await openMuster(config)).close();
  const file = new DatabaseSync(join(folder, 'muster.db'));
  file.exec('ALTER TABLE tasks RENAME TO tasks_elsewhere');
  file.close();
  const platform = await openMuster(config);
  await platform.close();
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { timer: 'ringDueWork', msg: 'a timer failed; it comes again' },
  ]);
});
