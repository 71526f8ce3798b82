/** The Muster of the demo: in this process, or as functions in a host beside it. */
import { randomBytes } from 'node:crypto';
import { sealRecord } from '../../shared/events/seal.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { spawnHost } from '../functions-host/spawn.ts';
import { startServer } from '../server.ts';

export interface DemoMuster {
  url: string;
  admin_key: string;
  seal(): Promise<void>;
  stop(): Promise<void>;
}

type Settings = Record<string, string | undefined>;

export async function inThisProcess(settings: Settings): Promise<DemoMuster> {
  const server = await startServer(readConfig({ ...settings, PORT: '0' }));
  return {
    url: server.url,
    admin_key: server.admin_key ?? '',
    seal: () => sealRecord(server.platform),
    stop: () => server.stop(),
  };
}

/** What `npm run build` has made; the host runs the timer when it is told to. */
export async function asFunctions(settings: Settings): Promise<DemoMuster> {
  const admin_key = `mk.demo.${randomBytes(32).toString('base64url')}`;
  const host = await spawnHost({ settings: { ...settings, MUSTER_ADMIN_KEY: admin_key } });
  return {
    url: host.url,
    admin_key,
    seal: async () => {
      const answer = await fetch(`${host.url}/admin/functions/sealRecord`, { method: 'POST', body: '{}' });
      if (answer.status !== 202) throw new Error(`the host does not seal: ${answer.status}`);
      await sealed(host.url, admin_key);
    },
    stop: host.stop,
  };
}

/** The host begins and does not wait. */
async function sealed(url: string, key: string): Promise<void> {
  for (let asked = 0; asked < 100; asked++) {
    const answer = await fetch(`${url}/api/v1/events/seals`, { headers: { authorization: `Bearer ${key}` } });
    if (((await answer.json()) as { items: unknown[] }).items.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the record was not sealed');
}
