/** Archived jobs in Blob storage: a server on the loopback that takes what the operation Put Blob says. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { runMaintenance } from '../../shared/maintenance/run.ts';
import type { Tokens } from '../azure/key-vault/a-token-endpoint.ts';
import { openIdentity } from '../azure/key-vault/an-identity.ts';
import { admin, openTown, type Town } from '../road/town.ts';
import { unpaused } from './unpaused.ts';

let tokens: Tokens;
let storage: Server;
let blobs: Map<string, string[]>;
/** What it answers next, before it works again. */
let troubles: number[];
let town: Town;

beforeAll(async () => void (tokens = await openIdentity()));
afterAll(() => tokens.close());
beforeEach(async () => {
  blobs = new Map();
  troubles = [];
  storage = createServer((request, response) => {
    void bodyOf(request).then((body) => response.writeHead(answerTo(request, body)).end());
  });
  await new Promise<void>((resolve) => storage.listen(0, '127.0.0.1', resolve));
  const container = `http://127.0.0.1:${(storage.address() as AddressInfo).port}/archive`;
  const { IDENTITY_ENDPOINT } = tokens.environment;
  const settings = { ARCHIVE_CONTAINER_URL: container, OUTBOUND_ALLOW: '127.0.0.0/8' };
  town = await openTown({ ...settings, IDENTITY_ENDPOINT, AZURE_CLIENT_ID: 'the-identity' });
});
afterEach(async () => {
  await town.close();
  storage.close();
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function answerTo({ method, url = '', headers }: IncomingMessage, body: Buffer): number {
  const trouble = troubles.shift();
  if (trouble !== undefined) return trouble;
  if (headers.authorization !== `Bearer ${tokens.current}`) return 403;
  if (method !== 'PUT' || headers['x-ms-blob-type'] !== 'BlockBlob' || headers['x-ms-version'] === undefined)
    return 400;
  blobs.set(url, gunzipSync(body).toString().trim().split('\n'));
  return 201;
}

async function ended(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await town.submitted());
  for (const id of ids) await town.cancel(id);
  return ids.toSorted();
}

async function aMonthLater() {
  await town.world.advance(31 * 86_400);
  return (await unpaused(town.world, runMaintenance(town.platform, admin, { seconds: 300 }))).counts;
}

it('writes each archived job once, as it is answered', async () => {
  const ids = await ended(3);
  expect(await aMonthLater()).toMatchObject({ jobs_archived: 3, jobs_exported: 3 });
  const [[name, lines] = ['', []]] = blobs;
  expect(name).toMatch(new RegExp(`^/archive/jobs/${ids[0]}\\.[0-9a-f]{16}\\.jsonl\\.gz$`));
  const written = lines.map((line) => JSON.parse(line) as { job_id: string; job: object });
  expect(written.map(({ job_id }) => job_id)).toEqual(ids);
  expect(written[0]?.job).toEqual(await town.answer(ids[0] ?? ''));
  expect(await aMonthLater()).not.toHaveProperty('jobs_exported');
  expect(blobs.size).toBe(1);
});

it('tries again when storage is busy, and the next day when it stays so', async () => {
  await ended(1);
  troubles = [503, 500];
  expect(await aMonthLater()).toMatchObject({ jobs_exported: 1 });
  await ended(1);
  troubles = [503, 503, 503];
  expect(await aMonthLater()).not.toHaveProperty('jobs_exported');
  expect(await aMonthLater()).toMatchObject({ jobs_exported: 1 });
});

it('says what storage has refused', async () => {
  await ended(1);
  troubles = [403];
  expect(await aMonthLater()).not.toHaveProperty('jobs_exported');
  const said = town.world.logged.filter((line) => line['msg'] === 'a chore of the maintenance failed');
  expect(JSON.stringify(said)).toContain('Blob storage answered 403');
});
