/** The key for sealed values: given as a setting, or made once beside the embedded file. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import type { Random } from '../platform.ts';

const keyBytes = 32;

type Settings = Pick<Config, 'MUSTER_DATA' | 'MUSTER_DATA_KEY'>;

/** 32 bytes. A database in memory gets a new key each time; a folder gets a file `key`, mode 0600. */
export function dataKey(config: Settings, random: Random): Uint8Array {
  const given = givenKey(config);
  if (given !== undefined) return given;
  if (config.MUSTER_DATA === ':memory:') return random.bytes(keyBytes);
  refuseOrphan(config.MUSTER_DATA);
  writeKey(fileIn(config.MUSTER_DATA), random);
  return keyIn(fileIn(config.MUSTER_DATA));
}

/** The key of the setting or of the folder's file; undefined where there is neither. */
export function givenKey({ MUSTER_DATA, MUSTER_DATA_KEY }: Settings): Uint8Array | undefined {
  if (MUSTER_DATA_KEY !== undefined) return Buffer.from(MUSTER_DATA_KEY, 'base64');
  return existsSync(fileIn(MUSTER_DATA)) ? keyIn(fileIn(MUSTER_DATA)) : undefined;
}

const fileIn = (folder: string): string => join(folder, 'key');

function keyIn(file: string): Uint8Array {
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  if (key.length !== keyBytes) throw new Error(`${file} does not hold ${keyBytes} bytes in base64`);
  return key;
}

/** A database without its key holds values that nothing could open and seals that nothing could verify. */
function refuseOrphan(folder: string): void {
  if (!existsSync(join(folder, 'muster.db'))) return;
  throw new Error(
    `there is a muster.db in ${folder} and no key beside it; put the file key back, or set MUSTER_DATA_KEY`,
  );
}

/** Under another name first, so that a crash leaves a whole key or none. */
function writeKey(file: string, random: Random): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 }); // with Azure SQL nothing else needs the folder
  const making = openSync(`${file}.new`, 'w', 0o600);
  writeSync(making, `${Buffer.from(random.bytes(keyBytes)).toString('base64')}\n`);
  fsyncSync(making);
  closeSync(making);
  renameSync(`${file}.new`, file);
}
