/**
 * `node warm.ts FOLDER QUESTIONS`: runs a built app as far as its first answers, so that its compile cache holds what a start
 * needs. A process of its own: what it has loaded itself must not get into that cache.
 */
import { flushCompileCache } from 'node:module';
import { ask } from '../functions-host/ask.ts';
import { startWorker } from '../functions-host/worker.ts';

const [folder = '.', questions = '{}'] = process.argv.slice(2);
const asked = JSON.parse(questions) as Record<string, string>;

const headers = { authorization: `Bearer ${process.env['MUSTER_ADMIN_KEY']}` };
const worker = await startWorker(folder, (_, message) => console.error(message));
for (const [name, path] of Object.entries(asked)) {
  const { status } = await ask(worker, name, { path, headers });
  if (status !== 200) throw new Error(`${name} answered ${status}`);
}
await worker.terminate();
flushCompileCache();
