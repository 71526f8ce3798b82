/**
 * `node test/azure/over-amqp.ts STAND-IN [--drop-every N] -- COMMAND…`: runs a command with its bells over AMQP, by a
 * broker of the acceptance folder (a copy in which `npm ci` was run). Every N-th send loses its connection, before or
 * after it is stored, and so does every 5N-th delivery. Exits as the command does, or with 1 where it should have met
 * drops and met none, or left dead letters.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'drop-every': { type: 'string', default: '0' } },
});
const [standIn = '', command = '', ...rest] = positionals;
const dropEvery = Number(values['drop-every']);

/** More than any run meets. */
const mostDrops = 1000;

const queues = fileURLToPath(new URL('../../local/servicebus-emulator.json', import.meta.url));
const broker = spawn(
  process.execPath,
  [join(standIn, 'src/cli.js'), '--config', queues, '--port', '0', '--control-port', '0'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  process.exitCode = await run(await started(broker));
} finally {
  broker.kill();
}

interface Started {
  control: string;
  connection: string;
}

/** It says where it listens, then how to connect. */
async function started({ stdout }: ChildProcess): Promise<Started> {
  if (stdout === null) throw new Error('the broker has no output');
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  const [where, connection] = [await lines.next(), await lines.next()].map(({ value }) => String(value));
  const port = /control on (\d+)/.exec(where ?? '')?.[1];
  if (port === undefined || !connection?.startsWith('Endpoint=')) throw new Error(`the broker says ${where}`);
  return { control: `http://127.0.0.1:${port}`, connection };
}

async function run({ control, connection }: Started): Promise<number> {
  if (dropEvery > 0) await armDrops(control);
  const child = spawn(command, rest, { stdio: 'inherit', env: { ...process.env, SERVICEBUS: connection } });
  const [code] = (await once(child, 'exit')) as [number | null];
  const journal = (await (await fetch(`${control}/journal`)).json()) as { event: string }[];
  const count = (event: string) => journal.filter((entry) => entry.event === event).length;
  const [drops, dead] = [count('fault'), count('dead-lettered')];
  const said = `${count('enqueued')} messages, ${drops} connections dropped, ${dead} dead letters\n`;
  process.stderr.write(said);
  return code !== 0 || dead > 0 || (dropEvery > 0 && drops === 0) ? 1 : 0;
}

async function armDrops(control: string): Promise<void> {
  for (let n = 0; n < mostDrops; n++) {
    const fault = { op: 'send', action: n % 2 === 0 ? 'drop-after' : 'drop-before', after: dropEvery - 1 };
    await fetch(`${control}/faults`, { method: 'POST', body: JSON.stringify(fault) });
    const lost = { op: 'deliver', action: 'drop-after', after: 5 * dropEvery - 1 };
    await fetch(`${control}/faults`, { method: 'POST', body: JSON.stringify(lost) });
  }
}
