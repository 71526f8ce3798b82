/** Runs the built app in the stand-in host, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface HostProcess {
  url: string;
  /** What it has written so far. */
  written(): string;
  /** Lets what runs come to its end. */
  stop(): Promise<void>;
}

export interface HostOptions {
  /** Folder of `host.json`; the repository itself when absent, as built by `npm run build`. */
  app?: string;
  /** The app's settings; of this process's environment it gets nothing else. */
  settings: Record<string, string | undefined>;
  args?: readonly string[];
}

/** Rejects with what it wrote when it ends before it listens. */
export async function spawnHost({ app, settings, args = [] }: HostOptions): Promise<HostProcess> {
  const file = join(import.meta.dirname, 'start.ts');
  const child = spawn(process.execPath, [file, '--port', '0', ...(app === undefined ? [] : ['--app', app]), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...settings },
  });
  let written = '';
  const listening = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      written += chunk.toString();
      const url = /listen on (http:\S+)/.exec(written)?.[1];
      if (url !== undefined) listening.resolve(url);
    });
  }
  const ended = once(child, 'exit').then(() => listening.reject(new Error(written)));
  return {
    url: await listening.promise,
    written: () => written,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
