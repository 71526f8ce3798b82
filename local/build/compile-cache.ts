/** The compile cache that the app is shipped with: what V8 made of the functions that a start runs. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Azure runs the app as this user, and Node keeps a cache for each. */
const root = 0;

/** By the function that answers: one question that needs nothing, and those that callers ask first. */
const usual = {
  getLiveness: '/api/health/live',
  getReadiness: '/api/health/ready',
  listJobs: '/api/v1/deployment/jobs',
};
const adminKey = `mk.key_admin.${'a'.repeat(43)}`; // of a database that ends with the process

/**
 * Fills `folder`/cache by asking the app. The cache serves this version of Node on this kind of processor; another
 * one makes its own.
 */
export function fillCompileCache(folder: string, asked: Record<string, string> = usual): void {
  const env = { PATH: process.env['PATH'], MUSTER_DATA: ':memory:', MUSTER_ADMIN_KEY: adminKey, LOG_LEVEL: 'silent' };
  execFileSync(process.execPath, [join(import.meta.dirname, 'warm.ts'), folder, JSON.stringify(asked)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const cache = join(folder, 'cache');
  for (const made of readdirSync(cache)) {
    const asRoot = join(cache, made.replace(/\d+$/, String(root)));
    if (!existsSync(asRoot)) cpSync(join(cache, made), asRoot, { recursive: true });
  }
}
