/** One process: HTTP, stages and timers over the same tables that Azure Functions mounts. */
import { serve, type ServerType } from '@hono/node-server';
import { openApi } from '../functions/http/api.ts';
import { connectStages, openMuster } from '../functions/muster.ts';
import { routes } from '../functions/routes.ts';
import { timers } from '../functions/timers.ts';
import type { OpenPlatform } from '../shared/platform/open.ts';
import type { Clock } from '../shared/platform/platform.ts';
import type { Config } from '../shared/platform/config.ts';
import { ensureAdmin } from '../shared/access/first-admin.ts';
import { startTimers } from './ticker.ts';

export interface Server {
  platform: OpenPlatform;
  url: string;
  /** The admin's key, on the first start only. */
  admin_key: string | undefined;
  /** Takes no more requests, lets what runs come to its end, then closes the database. */
  stop(): Promise<void>;
}

/** Opens the folder, rings for what waits, and listens on 127.0.0.1. Throws when the folder is taken. */
export async function startServer(config: Config): Promise<Server> {
  const platform = await openMuster(config);
  try {
    connectStages(platform);
    const http = await listen(platform, config.PORT);
    const admin_key = await ensureAdmin(platform); // shown once, so nothing may fail after it
    const ticking = startTimers(platform, timers);
    return { platform, url: http.url, admin_key, stop: () => stop({ platform, http, timers: ticking }) };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

interface Listening {
  url: string;
  server: ServerType;
}

const listen = (platform: OpenPlatform, port: number): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch: openApi(platform, routes).fetch, port, hostname: '127.0.0.1' }, (info) =>
      resolve({ url: `http://127.0.0.1:${info.port}`, server }),
    );
    server.once('error', reject);
  });

async function stop({
  platform,
  http,
  timers,
}: {
  platform: OpenPlatform;
  http: Listening;
  timers: { stop(): Promise<void> };
}) {
  platform.hints.close(); // long polls answer at once; their callers ask again
  await drain(http.server, platform.clock);
  await timers.stop();
  await platform.close();
}

/** Takes no more connections and lets open requests have their answer, for two seconds at most. */
async function drain(server: ServerType, clock: Clock): Promise<void> {
  const closed = new AbortController();
  server.close(() => closed.abort());
  for (let waited = 0; !closed.signal.aborted && waited < 2000; waited += 20) {
    if ('closeIdleConnections' in server) server.closeIdleConnections(); // kept alive since their last answer
    await clock.sleep(20, closed.signal);
  }
  if ('closeAllConnections' in server) server.closeAllConnections();
}
