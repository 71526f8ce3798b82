/** A process that loads a built app with the stand-in for the worker, and calls functions as it is told to. */
import { startWorker, type Call } from '../../../local/functions-host/worker.ts';

export type Order = { id: number; kind: 'call'; name: string; call: Call } | { id: number; kind: 'end' };

const [folder = '.'] = process.argv.slice(2);
const send = (message: object) => process.send?.(message);

const worker = await startWorker(folder, (level, message) => send({ kind: 'said', level, message }));
send({ kind: 'started', functions: worker.functions });

process.once('disconnect', () => process.exit()); // whoever started it is gone

process.on('message', (order: Order) => {
  const done =
    order.kind === 'end'
      ? worker.terminate().then(() => process.disconnect())
      : worker.invoke(order.name, order.call).then((response) => send({ kind: 'answered', id: order.id, response }));
  done.catch((fault: unknown) => send({ kind: 'failed', id: order.id, message: String(fault) }));
});
