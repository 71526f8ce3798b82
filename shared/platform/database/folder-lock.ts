/** One process a folder. The lock belongs to the operating system, so kill -9 releases it too. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface FolderLock {
  release(): void;
}

/** Takes the folder, making it (mode 0700) where it is missing; throws at once when another process has it. */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    // Closed here because nobody else will know of it.
    file.close();
    throw new Error(
      `Another Muster is running on the folder ${folder}. Stop it, or set MUSTER_DATA to another folder.`,
      { cause: error },
    );
  }
  return { release: () => file.close() };
}
