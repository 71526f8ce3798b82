/**
 * `npm run demo [-- --json] [-- --keep] [-- --functions]`: the whole road on this machine, in seconds: a server in a
 * temporary folder, agents as programs of their own, two jobs from submit to learn, and a receipt. With `--functions`
 * the server is the built function app in a small host of functions.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRecord } from '../shared/insights/check-record.ts';
import { busSettings } from './bus-settings.ts';
import { clientOf, type Client } from './client.ts';
import { startAgents } from './demo/agents.ts';
import { definitions, members, people, resources, tools } from './demo/cast.ts';
import { follow } from './demo/live.ts';
import { asFunctions, inThisProcess } from './demo/muster.ts';
import { receiptOf, receiptText } from './demo/receipt.ts';
import { recordInFile } from './record-file.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    functions: { type: 'boolean', default: false },
  },
});
const print = (line: string) => (values.json ? undefined : console.log(line));

const folder = mkdtempSync(join(tmpdir(), 'muster-demo-'));
const settings = { ...busSettings(process.env), MUSTER_DATA: folder, LOG_LEVEL: 'warn' };
const server = await (values.functions ? asFunctions(settings) : inThisProcess(settings));
const admin = clientOf(server.url, server.admin_key);
print(`Muster runs at ${server.url} with its data in ${folder}`);

const submitter = await furnish();
const agents = await startAgents(admin, server.url, members);
print(`${members.length} agents are at work; two jobs are submitted\n`);

const jobs = new Map<string, string>();
for (const definition of definitions) {
  const { job_id } = await submitter.post<{ job_id: string }>('/v1/deployment/jobs', definition, {
    prefer: 'respond-async',
  });
  jobs.set(job_id, definition.job_name);
}
await follow(admin, jobs, print);
await server.seal();
const receipt = await receiptOf(admin, jobs.keys(), await checkRecord(await recordInFile(folder)));
console.log(values.json ? JSON.stringify(receipt, null, 2) : receiptText(receipt));
process.exitCode = receipt.ok ? 0 : 1;

if (values.keep) {
  print(`\nKept running at ${server.url}; admin key ${server.admin_key}. End it with Ctrl-C.`);
  process.once('SIGINT', () => void leave());
} else {
  await leave();
}

/** People, tools and resources; gives the submitter's client. */
async function furnish(): Promise<Client> {
  for (const { id, roles } of people) await admin.put(`/v1/principals/${id}`, { kind: 'person', roles });
  for (const tool of tools) await admin.post('/v1/deployment/tools/register', tool);
  for (const resource of resources) await admin.post('/v1/deployment/resources/register', resource);
  const { key } = await admin.post<{ key: string }>('/v1/principals/riley/keys');
  return clientOf(server.url, key);
}

async function leave(): Promise<void> {
  await agents.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
