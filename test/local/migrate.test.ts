/** `npm run migrate` by its command line. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrations } from '../../shared/platform/database/migrate.ts';

const script = fileURLToPath(new URL('../../local/migrate.ts', import.meta.url));
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'muster-migrate-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function migrate(options: string[] = [], settings: Record<string, string> = {}) {
  const env = { PATH: process.env['PATH'], MUSTER_DATA: folder, ...settings };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], { env, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

it('applies what the file lacks, and then says that there is nothing', () => {
  const lines = migrations().map(({ name }) => `applied ${name}\n`);
  expect(migrate()).toEqual({ status: 0, said: lines.join('') });
  expect(migrate()).toEqual({ status: 0, said: 'The schema is up to date.\n' });
});

it('makes no user in a file', () => {
  const said = '--app-user is for Azure SQL: set AZURE_SQL_SERVER\n';
  expect(migrate(['--app-user', 'id-muster'])).toEqual({ status: 1, said });
  expect(readdirSync(folder)).toEqual([]);
});

it.each([
  ['no id', ['--app-user', 'id-muster']],
  ['no name', ['--client-id', '485edd25-697f-454e-8fbb-b554e6ce2842']],
  ['an empty name', ['--app-user', '', '--client-id', '485edd25-697f-454e-8fbb-b554e6ce2842']],
  ['an id that is none', ['--app-user', 'id-muster', '--client-id', '42']],
])('refuses a user with %s before anything is connected', (_, options) => {
  const said = "--app-user takes the managed identity's name, --client-id its client id, a GUID\n";
  expect(migrate(options, { AZURE_SQL_SERVER: '127.0.0.1,1' })).toEqual({ status: 1, said });
});
