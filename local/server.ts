/** One process: HTTP, stages and timers over the same tables that Azure Functions mounts. */
import { serve, type ServerType } from '@hono/node-server';
import { openApi } from '../functions/http/api.ts';
import { routes } from '../functions/routes.ts';
import { stages } from '../functions/stages.ts';
import { withTrace } from '../shared/platform/context.ts';
import { openPlatform, type OpenPlatform } from '../shared/platform/open.ts';
import type { Config } from '../shared/platform/config.ts';
import { ensureAdmin } from '../shared/access/first-admin.ts';
import { ringDueWork, voidStageLeases } from '../shared/road/ring-due-work.ts';
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
  const platform = await openPlatform(config);
  try {
    await voidStageLeases(platform); // the folder's lock proves that nobody else holds one
    platform.bells.answer(({ bell, id, trace }) => withTrace(trace, () => stages[bell].run(platform, id)));
    await ringDueWork(platform);
    const http = await listen(platform, config.PORT);
    const admin_key = await ensureAdmin(platform); // shown once, so nothing may fail after it
    const timers = startTimers(platform);
    return { platform, url: http.url, admin_key, stop: () => stop({ platform, http, timers }) };
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
  const closed = new Promise<void>((resolve) => http.server.close(() => resolve()));
  if ('closeIdleConnections' in http.server) http.server.closeIdleConnections();
  await Promise.race([closed, platform.clock.sleep(2000)]); // long polls may hold on; their callers ask again
  if ('closeAllConnections' in http.server) http.server.closeAllConnections();
  await timers.stop();
  await platform.close();
}
