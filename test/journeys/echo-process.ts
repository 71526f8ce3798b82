/** An agent that says again what it is given, falls over where it is told to, and waits to be stopped. */
import { EventEmitter, once } from 'node:events';
import { call, readMail, register, work } from '../../examples/agents/client.ts';

interface Mail {
  reply_to: string;
  falls?: number;
}

const usage = { input_tokens: 1, output_tokens: 1 };
const both = new EventEmitter();
let atWork = 0;
let most = 0;
let heard = 0;

await register({ agent_version: '1' });
await Promise.all([
  work(async ({ input, attempt }, { progress, signal }) => {
    most = Math.max(most, ++atWork);
    const { meet, fails, patient } = input as { meet?: string; fails?: number; patient?: boolean };
    if (meet !== undefined && atWork === 1) await once(both, 'met');
    else both.emit('met');
    await progress(1, 'nearly there');
    atWork--;
    if (attempt <= (fails ?? 0)) throw new Error('told to fail');
    if (patient === true) await stopped(progress, signal);
    return { output: meet === undefined ? { said: `at attempt ${attempt}` } : { said: meet, together: most }, usage };
  }, 2),
  readMail<Mail>(async ({ body: { reply_to, falls = 0 } }) => {
    heard++;
    if (heard <= falls) throw new Error('told to fall');
    await call('POST', '/v1/messages', { to_agent: reply_to, type: 'coordination', body: { heard } });
  }),
]);

async function stopped(progress: (share: number, note: string) => Promise<unknown>, signal: AbortSignal) {
  while (!signal.aborted) await Promise.race([progress(1, 'waiting to be stopped'), once(signal, 'abort')]);
  throw new Error('told to stop');
}
