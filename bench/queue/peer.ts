/** Queues of others and the servers that they stand on: not part of Muster, so they may be missing. */
import { execFileSync, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Installs what this folder's package.json names, where it is not there; throws when that cannot be done. */
export function installPeers(): void {
  if (existsSync(`${here}node_modules`)) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: here, stdio: 'ignore' });
}

/** A module that {@link installPeers} has installed, with as much of its type as is used. */
export const peer = async <Module>(name: string): Promise<Module> => (await import(name)) as Module;

export interface Server {
  url: string;
  stop(): Promise<unknown>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a server and gives what stops it again; `isReady` is asked until it says so, for ten seconds. */
export async function startServer(
  [command = '', ...given]: string[],
  { isReady, ...options }: SpawnOptions & { isReady: () => boolean },
): Promise<() => Promise<unknown>> {
  const child = spawn(command, given, { ...options, stdio: 'ignore' });
  const ended = once(child, 'exit');
  process.prependOnceListener('exit', () => child.kill('SIGINT')); // before their folder goes
  await once(child, 'spawn');
  for (let tries = 0; !isReady(); tries++) {
    if (tries === 100 || child.exitCode !== null) throw new Error(`${command} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return () => (child.kill('SIGINT'), ended);
}

/** Whether the command ends well. */
export function succeeds(command: string, ...given: string[]): boolean {
  try {
    execFileSync(command, given, { stdio: 'ignore', timeout: 5000 });
    return true;
  } catch {
    return false; // that is the answer
  }
}
