/** Files of the data folder that hold what is nobody else's to read. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The path of a file in the folder; where they are missing both are made, for their owner only (0700, 0600).
 * SQLite gives what it puts beside a database (`-wal`, `-shm`) the database's own mode.
 */
export function ownFile(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  closeSync(openSync(path, 'a', 0o600));
  return path;
}
