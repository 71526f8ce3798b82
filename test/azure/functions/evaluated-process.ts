/** A process that starts a watched app, asks two questions, and prints which modules were evaluated for each. */
import { ask } from '../../../local/functions-host/ask.ts';
import { startWorker } from '../../../local/functions-host/worker.ts';
import { ledger } from './evaluated.ts';

const [folder = '.'] = process.argv.slice(2);

/** What has been written down since it was last read. */
const news = (): string[] => ((globalThis as Record<string, unknown>)[ledger] as string[] | undefined)?.splice(0) ?? [];

const worker = await startWorker(folder, (_, message) => process.stderr.write(`${message}\n`));
const start = news();
await ask(worker, 'getLiveness', { path: '/api/health/live' });
const liveness = news();
await ask(worker, 'getReadiness', { path: '/api/health/ready' });
const readiness = news();
await worker.terminate();
process.stdout.write(JSON.stringify({ start, liveness, readiness }));
