/** The HTTP API: every route of the table, over a Muster that is open. */
import type { Hono } from 'hono';
import { permissions } from '../../shared/access/permissions.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { admit } from './admit.ts';
import type { Ground } from './handle.ts';
import { mountRoutes, type ApiOptions } from './mount.ts';
import type { Route } from './route.ts';

/**
 * Throws when two routes share a name or an address, or one has no row in the permission table: such an API does
 * not start.
 */
export function openApi(platform: Platform, routes: readonly Route[], options?: ApiOptions): Hono {
  checkTable(routes);
  const { random, log, telemetry } = platform;
  const ground: Ground = { admit: (...asked) => admit(platform, ...asked), random, log, telemetry: () => telemetry };
  return mountRoutes(ground, routes, options);
}

function checkTable(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const { name, method, path } of routes) {
    if (!Object.hasOwn(permissions, name)) throw new Error(`${name} has no row in the permission table`);
    for (const key of [name, `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`]) {
      if (seen.has(key)) throw new Error(`two routes say ${key}`);
      seen.add(key);
    }
  }
}
