/** Starts a module of this folder as a process of its own and gives the JSON it prints as its last line. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export async function childJson<Answer>(module: string, parameters: object, flags: string[] = []): Promise<Answer> {
  const file = fileURLToPath(new URL(module, import.meta.url));
  const child = spawn(process.execPath, [...flags, file, JSON.stringify(parameters)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const last = text.trim().split('\n').at(-1) ?? '';
  if (last === '') throw new Error(`${module} ended without an answer`);
  return JSON.parse(last) as Answer; // what the module prints
}

/** The parameters of the process that {@link childJson} has started. */
export const parameters = <Parameters>(): Parameters => JSON.parse(process.argv[2] ?? '{}') as Parameters;
