/**
 * Starts the processes that are to be killed. A shell forks for them: it is small, where a process of this size takes
 * longer to be forked than a small one to be started.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** For each folder that it reads, the process on it, and then its status. */
const loop = 'while read -r folder; do "$@" "$folder" 2> "$folder/said"; echo $?; done';

/** What a shell says of a process that SIGKILL has ended. */
const killed = String(128 + 9);

export interface Launcher {
  /** Comes back when the process on this folder has been killed; throws where it ended otherwise. */
  liveAndDie(folder: string): Promise<void>;
  close(): void;
}

export function openLauncher(...command: string[]): Launcher {
  const shell = spawn('/bin/sh', ['-c', loop, 'sh', ...command], { stdio: ['pipe', 'pipe', 'ignore'] });
  const statuses = createInterface(shell.stdout)[Symbol.asyncIterator]();
  return {
    liveAndDie: async (folder) => {
      shell.stdin.write(`${folder}\n`);
      const { value: status } = await statuses.next();
      if (status !== killed) throw new Error(`it ended with ${status}: ${readFileSync(join(folder, 'said'), 'utf8')}`);
    },
    close: () => shell.stdin.end(),
  };
}
