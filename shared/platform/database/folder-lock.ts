/** One process a folder. The lock belongs to the operating system, so kill -9 releases it too. */
import { DatabaseSync } from 'node:sqlite';
import { ownFile } from './own-file.ts';

export interface FolderLock {
  release(): void;
}

/** Takes the folder, making it (mode 0700) where it is missing; throws at once when another process has it. */
export function lockFolder(folder: string): FolderLock {
  const file = new DatabaseSync(ownFile(folder, 'lock'), { timeout: 0 });
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
