/** graphile-worker on PostgreSQL, both as they come. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Contestant } from './contestant.ts';
import { payload, priorityOf } from './payload.ts';
import { freePort, peer, startServer, succeeds, type Server } from './peer.ts';

/** PostgreSQL refuses to run as root; Debian keeps its commands out of the path. */
export async function startPostgres(folder: string): Promise<Server> {
  const [bin = ''] = globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed();
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const owner = ownerOf(folder, data);
  const trusted = ['--auth=trust', '--username=bench', '--no-sync', '--encoding=UTF8', '--locale=C'];
  execFileSync(join(bin, 'initdb'), ['-D', data, ...trusted], { ...owner, stdio: 'ignore', cwd: data });
  const port = String(await freePort());
  const command = [join(bin, 'postgres'), '-D', data, '-p', port, '-h', '127.0.0.1', '-k', data];
  const isReady = () => succeeds(join(bin, 'pg_isready'), '-h', '127.0.0.1', '-p', port);
  const stop = await startServer(command, { ...owner, cwd: data, isReady });
  return { url: `postgres://bench@127.0.0.1:${port}/postgres`, stop };
}

/** The user that Debian has for it, where this runs as root; then the way there must be open to it. */
function ownerOf(...folders: string[]): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid = 0, gid = 0] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'postgres'])));
  for (const folder of folders) {
    chownSync(folder, uid, gid);
    chmodSync(dirname(folder), 0o711);
  }
  return { uid, gid };
}

interface GraphileWorker {
  Logger: new (factory: () => () => void) => object;
  makeWorkerUtils(options: object): Promise<{
    migrate(): Promise<void>;
    addJob(task: string, payload: object, spec: object): Promise<unknown>;
    release(): unknown;
  }>;
  run(options: object): Promise<{ stop(): Promise<void> }>;
}

export async function graphile(connectionString: string): Promise<Contestant> {
  const { Logger, makeWorkerUtils, run } = await peer<GraphileWorker>('graphile-worker');
  const shared = { connectionString, maxPoolSize: 20, logger: new Logger(() => () => {}) };
  const utils = await makeWorkerUtils(shared);
  await utils.migrate();
  return {
    send: (number) => utils.addJob('write', payload(number), { priority: priorityOf(number), maxAttempts: 3 }),
    work: async (concurrency, taken) => {
      const write = async () => taken();
      return run({ ...shared, concurrency, taskList: { write }, noHandleSignals: true });
    },
    close: async () => utils.release(),
  };
}
