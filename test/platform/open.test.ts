import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../shared/platform/config.ts';
import { openPlatform } from '../../shared/platform/open.ts';

let folder: string;
beforeEach(() => void (folder = join(mkdtempSync(join(tmpdir(), 'muster-open-')), 'data')));
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const open = (settings: Record<string, string> = {}) =>
  openPlatform(readConfig({ MUSTER_DATA: folder, LOG_LEVEL: 'silent', ...settings }));

test('a second Muster on the same folder is refused with what to do, and the folder is free after closing', async () => {
  const first = await open();
  await expect(open()).rejects.toThrow(/Another Muster is running on the folder .*MUSTER_DATA/);
  await first.close();
  await (await open()).close();
});

test('a process that holds the folder keeps others out until it is killed', async () => {
  const lock = new URL('../../shared/platform/database/folder-lock.ts', import.meta.url).href;
  const script = `const { lockFolder } = await import(${JSON.stringify(lock)});
    globalThis.lock = lockFolder(process.argv[1]); console.log('locked'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, folder]);
  await once(holder.stdout, 'data');
  await expect(open()).rejects.toThrow('Another Muster is running');
  holder.kill('SIGKILL');
  await once(holder, 'close');
  await (await open()).close();
});

test('a start that fails frees the folder', async () => {
  await expect(open({ OUTBOUND_ALLOW: '::/0' }).then((platform) => platform.close())).resolves.toBeUndefined();
  writeFileSync(join(folder, 'key'), 'short');
  await expect(open()).rejects.toThrow(/key does not hold 32 bytes/);
  rmSync(join(folder, 'key'));
  await expect(open()).rejects.toThrow(/no key beside it/);
  await (await open({ MUSTER_DATA_KEY: Buffer.alloc(32, 1).toString('base64') })).close();
});

test('what is kept is for its owner only, whatever the umask', async () => {
  const platform = await open();
  await platform.db.transaction('write', async () => {});
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  await platform.close();
  expect(Object.fromEntries(modes)).toMatchObject({
    key: 0o600,
    lock: 0o600,
    'muster.db': 0o600,
    'muster.db-wal': 0o600,
  });
  expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([]);
});

test('the key for sealed values is made once, for its owner only', async () => {
  const first = await open();
  const sealed = await first.sealer.seal('x', 'a');
  await first.close();
  expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const second = await open();
  expect(await second.sealer.open(sealed, 'a')).toBe('x');
  await second.close();
});

test('a key given as a setting is used, and no file is made', async () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const platform = await open({ MUSTER_DATA_KEY: key });
  const [{ public_key }] = await platform.sealer.publicKeys();
  await platform.close();
  expect(() => readFileSync(join(folder, 'key'))).toThrow('ENOENT');
  const inMemory = await open({ MUSTER_DATA: ':memory:', MUSTER_DATA_KEY: key });
  expect((await inMemory.sealer.publicKeys())[0].public_key).toBe(public_key);
  await inMemory.close();
});

test('two databases in memory have nothing in common, not even the key', async () => {
  const [one, two] = [await open({ MUSTER_DATA: ':memory:' }), await open({ MUSTER_DATA: ':memory:' })];
  expect(await one.sealer.publicKeys()).not.toEqual(await two.sealer.publicKeys());
  await Promise.all([one.close(), two.close()]);
});

test('closing lets the stages that run come to their end before the database closes', async () => {
  const platform = await open();
  const gate = Promise.withResolvers<void>();
  const ended: string[] = [];
  platform.bells.answer(async ({ id }) => {
    await gate.promise;
    ended.push(await platform.db.transaction('stage', async () => id));
  });
  platform.bells.ring({ bell: 'execute', id: 'job_1', trace: null });
  const closing = platform.close();
  gate.resolve();
  await closing;
  expect(ended).toEqual(['job_1']);
  await expect(platform.db.transaction('late', async () => 1)).rejects.toThrow('closed');
});
