import { CompiledQuery } from 'kysely';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../shared/platform/config.ts';
import { readSqlite } from '../../shared/platform/database/sqlite.ts';
import { openPlatform, type OpenPlatform } from '../../shared/platform/open.ts';
import type { Reads } from '../../shared/platform/platform.ts';

let folder: string;
let platform: OpenPlatform;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-sqlite-'));
  platform = await openPlatform(readConfig({ MUSTER_DATA: folder, LOG_LEVEL: 'silent' }));
  await platform.db.transaction('make', (tx) => tx.run(CompiledQuery.raw('CREATE TABLE notes (text TEXT)')));
});
afterEach(async () => {
  await platform.close();
  rmSync(folder, { recursive: true });
});

const note = (text: string) =>
  platform.db.transaction('note', (tx) => tx.run(CompiledQuery.raw('INSERT INTO notes VALUES (?)', [text])));
const notes = async (on: Reads = platform.db.read) =>
  (await on.run<{ text: string }>(CompiledQuery.raw('SELECT text FROM notes ORDER BY text'))).map(({ text }) => text);

test('whoever awaited a commit reads what it wrote, also when others read in the same turn before', async () => {
  const readers = Array.from({ length: 64 }, async (_, n) => {
    for (let round = 0; round < 10; round++) {
      await notes();
      await note(`${n} ${round}`);
      expect(await notes()).toContain(`${n} ${round}`);
    }
  });
  await Promise.all(readers);
  expect((await notes()).length).toBe(640);
});

test('a read while a transaction is open sees nothing of it', async () => {
  const gate = Promise.withResolvers<void>();
  let seen: Promise<string[]> = Promise.resolve(['not read']);
  const reader = gate.promise.then(() => (seen = notes()));
  const undone = platform.db.transaction('open', async (tx) => {
    await tx.run(CompiledQuery.raw("INSERT INTO notes VALUES ('dirty')"));
    gate.resolve();
    await Promise.resolve();
    await Promise.resolve();
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  await reader;
  expect(await seen).toEqual([]);
});

test('what a statement outside a transaction would write is refused', async () => {
  await expect(platform.db.read.run(CompiledQuery.raw("INSERT INTO notes VALUES ('stray')"))).rejects.toThrow(
    'only read',
  );
  expect(await notes()).toEqual([]);
});

test('a file that a server writes to can be read from outside', async () => {
  await note('first');
  const outside = readSqlite(folder, platform.config);
  expect(await notes(outside)).toEqual(['first']);
  await note('second');
  expect(await notes(outside)).toEqual(['first', 'second']);
});

test('what was acknowledged is there after opening again', async () => {
  await Promise.all(['a', 'b', 'c'].map(note));
  await platform.close();
  platform = await openPlatform(readConfig({ MUSTER_DATA: folder, LOG_LEVEL: 'silent' }));
  expect(await notes()).toEqual(['a', 'b', 'c']);
});
