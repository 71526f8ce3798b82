/** `npm start`: Muster on 127.0.0.1, in one process, with its data in one folder. */
import { readConfig } from '../shared/platform/config.ts';
import { startServer } from './server.ts';

/** A process that will not drain is ended all the same. */
const patienceMilliseconds = 15_000;

async function start(): Promise<void> {
  const server = await startServer(readConfig(process.env));
  console.log(`Muster listens on ${server.url} (documentation: ${server.url}/api/docs)`);
  if (server.admin_key !== undefined) {
    console.log(`Admin key, shown this once: ${server.admin_key}`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), patienceMilliseconds).unref();
      void server.stop().then(() => process.exit(0));
    });
  }
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
