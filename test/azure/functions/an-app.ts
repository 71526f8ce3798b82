/** A built app in a process of its own: what it names, and what its functions answer. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { answerIn, httpCall, type Answered, type Asked } from '../../../local/functions-host/ask.ts';
import { messageCall } from '../../../local/functions-host/queues.ts';
import type { Binding, InvocationResponse } from '../../../local/functions-host/rpc.ts';
import { timerCall } from '../../../local/functions-host/timers.ts';
import type { Call } from '../../../local/functions-host/worker.ts';

export const adminKey = `mk.key_admin.${'a'.repeat(43)}`;

/** A folder that is there as long as the tests of a file run. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'muster-functions-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The app as it would be deployed. */
export interface Packaged {
  folder: string;
  /** What went into which file, once it is made. */
  outputs(): Metafile['outputs'];
}

export interface App {
  functions: { name: string; trigger: Binding }[];
  /** What the worker was told to log. */
  said: string[];
  /** What the process has written so far, on both of its streams. */
  written(): string;
  http(name: string, asked: Asked): Promise<Answered>;
  timer(name: string): Promise<void>;
  message(name: string, message: Parameters<typeof messageCall>[0]): Promise<void>;
  end(): Promise<void>;
}

/** Starts the app of `folder` with these settings and no others. */
export async function startApp(folder: string, settings: Record<string, string>): Promise<App> {
  const file = join(import.meta.dirname, 'app-process.ts');
  const child = fork(file, [folder], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], ...settings },
    execArgv: [],
    serialization: 'advanced',
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const waiting = new Map<number, PromiseWithResolvers<InvocationResponse>>();
  const started = Promise.withResolvers<App['functions']>();
  const said: string[] = [];
  child.on('message', (message: FromChild) => {
    if (message.kind === 'started') started.resolve(message.functions);
    else if (message.kind === 'said') said.push(`${message.level}: ${message.message}`);
    else if (message.kind === 'answered') waiting.get(message.id)?.resolve(message.response);
    else waiting.get(message.id)?.reject(new Error(message.message));
  });
  child.once('exit', (code) => started.reject(new Error(`the app ended with ${code}: ${said.join('\n')}`)));
  let last = 0;
  const invoke = (name: string, call: Call) => {
    const answered = Promise.withResolvers<InvocationResponse>();
    waiting.set((last += 1), answered);
    child.send({ id: last, kind: 'call', name, call });
    return answered.promise;
  };
  return {
    functions: await started.promise,
    said,
    written: () => written,
    http: async (name, asked) => answerIn(await invoke(name, httpCall(asked))),
    timer: async (name) => void (await invoke(name, timerCall())),
    message: async (name, message) => void (await invoke(name, messageCall(message))),
    end: async () => {
      child.send({ id: 0, kind: 'end' });
      await once(child, 'exit');
    },
  };
}

type FromChild =
  | { kind: 'started'; functions: App['functions'] }
  | { kind: 'said'; level: string; message: string }
  | { kind: 'answered'; id: number; response: InvocationResponse }
  | { kind: 'failed'; id: number; message: string };
