/** `node first-answer.cjs FOLDER NAME PATH [KEY]`: starts an app, asks one function once, writes the status, ends. */
import { ask } from '../../local/functions-host/ask.ts';
import { startWorker } from '../../local/functions-host/worker.ts';

async function first(folder: string, name: string, path: string): Promise<void> {
  const worker = await startWorker(folder, (_, message) => console.error(message));
  const key = process.env['KEY'];
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const { status } = await ask(worker, name, { path, headers });
  process.stdout.write(`${status}\n`, () => process.exit(status === 200 ? 0 : 1));
}

const [folder = '', name = '', path = ''] = process.argv.slice(2);
first(folder, name, path).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
