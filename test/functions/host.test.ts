/** What a host's functions do before anything is open, and when something is wrong. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hostIn } from '../../functions/host.ts';
import { alone } from '../../functions/http/route.ts';
import { z } from 'zod';

let folder: string;
let logged: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-host-'));
  logged = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => logged.push(String(line)) > 0);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true); // the key of the first admin
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const request = (path: string) => ({
  url: `http://muster.test${path}`,
  method: 'GET',
  headers: new Headers(),
  arrayBuffer: async () => new ArrayBuffer(0),
});

it('loads the route of an operation at its first call, once', async () => {
  let loaded = 0;
  const load = async () => {
    loaded += 1;
    return [alone('getLiveness', 'GET /health/live', { answer: z.string(), refuses: [], run: () => 'here' })];
  };
  const host = hostIn({});
  const exchange = host.exchange('getLiveness', load);
  expect(loaded).toBe(0);
  const answers = await Promise.all([exchange(request('/api/health/live')), exchange(request('/api/health/live'))]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(loaded).toBe(1);
  await host.close();
});

it('says which row of functions/tables.ts is out of date', async () => {
  const exchange = hostIn({}).exchange('getLiveness', async () => []);
  await expect(exchange(request('/api/health/live'))).rejects.toThrow('functions/tables.ts has getLiveness');
});

it('closes what was never opened, and what could not be', async () => {
  await hostIn({}).close();
  const host = hostIn({ MONTHLY_BUDGET_USD: 'plenty' });
  await expect(host.tick('sealRecord')).rejects.toThrow('MONTHLY_BUDGET_USD');
  await host.close();
});

const bell = (id: string) => ({ body: { id }, triggerMetadata: { messageId: 'm', deliveryCount: 1 } });

it('takes a bell that it cannot open for, so that none becomes a dead letter, and opens for a later one', async () => {
  const holder = hostIn({ MUSTER_DATA: folder });
  await holder.tick('sealRecord');
  const host = hostIn({ MUSTER_DATA: folder });
  await host.hear('execute', bell('job_a'));
  await expect.poll(() => logged.join()).toContain('Muster did not open for a bell; the sweep rings it again');
  await holder.close();
  logged = [];
  await host.hear('execute', bell('job_a'));
  await host.close();
  expect(logged).toEqual([]);
});

it('closes when the stages and timers that the host called have come to their end', async () => {
  const host = hostIn({ MUSTER_DATA: ':memory:' });
  const ended: string[] = [];
  const running = [
    host.hear('execute', bell('job_a')).then(() => ended.push('stage')),
    host.tick('ringDueWork').then(() => ended.push('timer')),
  ];
  await host.close();
  ended.push('host');
  await Promise.all(running);
  expect(ended.toSorted()).toEqual(['host', 'stage', 'timer']);
  expect(ended.at(-1)).toBe('host');
  expect(logged).toEqual([]);
});
