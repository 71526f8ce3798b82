/** Is Muster well? Database, bells, registry and recent activity, each with figures. */
import { z } from 'zod';
import { databaseTime } from '../platform/database/time.ts';
import type { Platform } from '../platform/platform.ts';
import { agentsByState, newestEvent, overdueJobs } from './store/figures.ts';
import { byState } from './statistics.ts';

export const Health = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'down']),
    checks: z
      .array(
        z.strictObject({
          name: z.enum(['database', 'queue', 'registry', 'activity', 'secrets']),
          status: z.enum(['ok', 'degraded', 'down']),
          reason: z.string(),
          figures: z.record(z.string(), z.number().nullable()),
        }),
      )
      .optional()
      .describe('only with a credential'),
  })
  .meta({ id: 'Health' });

type HealthCheck = NonNullable<z.output<typeof Health>['checks']>[number];
export type HealthAnswer = z.output<typeof Health>;

/** A bell that waits longer than this, or a row overdue by it, says that work is not being done. */
const slowSeconds = 60;

/** All four checks, and that of the key vault where there is one; one that throws is `down`. */
export async function checkHealth(
  platform: Platform,
): Promise<{ status: HealthAnswer['status']; checks: HealthCheck[] }> {
  const checks = await Promise.all([
    guarded('database', () => database(platform)),
    guarded('queue', () => queue(platform)),
    guarded('registry', () => registry(platform)),
    guarded('activity', () => activity(platform)),
    ...(platform.config.AZURE_KEY_VAULT_URL === undefined ? [] : [guarded('secrets', async () => secrets(platform))]),
  ]);
  return { status: worst(checks), checks };
}

const worst = (checks: HealthCheck[]) => {
  if (checks.some(({ status }) => status === 'down')) return 'down';
  return checks.some(({ status }) => status === 'degraded') ? 'degraded' : 'ok';
};

type Found = Omit<HealthCheck, 'name'>;

async function guarded(name: HealthCheck['name'], check: () => Promise<Found>): Promise<HealthCheck> {
  try {
    return { name, ...(await check()) };
  } catch {
    // Whoever asks for health must get an answer; the fault itself is in the log of whoever met it.
    return { name, status: 'down', reason: 'it did not answer', figures: {} };
  }
}

async function database({ db, clock }: Platform): Promise<Found> {
  const before = clock.now().getTime();
  await newestEvent(db.read, {});
  return { status: 'ok', reason: 'it answers', figures: { latency_ms: clock.now().getTime() - before } };
}

async function queue({ bells, db }: Platform): Promise<Found> {
  const { waiting, oldest_seconds } = await bells.backlog();
  const overdue = (await overdueJobs(db.read, { from_now_seconds: -slowSeconds }))?.count ?? 0;
  const slow = oldest_seconds > slowSeconds || overdue > 0;
  return {
    status: slow ? 'degraded' : 'ok',
    reason: slow ? 'work waits longer than it should' : 'bells are answered',
    figures: { waiting, oldest_seconds, overdue_jobs: overdue },
  };
}

async function registry({ db }: Platform): Promise<Found> {
  const states = byState(await agentsByState(db.read, {}));
  const registered = Object.values(states).reduce((sum, count) => sum + count, 0);
  return {
    status: 'ok',
    reason: registered === 0 ? 'no agents are registered yet' : 'agents are registered',
    figures: { registered, ...states },
  };
}

async function activity({ db }: Platform): Promise<Found> {
  const newest = await newestEvent(db.read, {});
  const at = await databaseTime(db.read);
  const age = newest === undefined ? null : Math.max(0, (at.getTime() - newest.at.getTime()) / 1000);
  return {
    status: 'ok',
    reason: newest === undefined ? 'nothing has happened yet' : 'the record grows',
    figures: { last_event_seconds_ago: age, events: newest?.cursor ?? 0 },
  };
}

/** A keeper that is away leaves what was read before: worse than it should be, and not yet down. */
function secrets({ secrets: keeper, clock }: Platform): Found {
  const since = keeper.awaySince();
  const away = since === null ? 0 : (clock.now().getTime() - since.getTime()) / 1000;
  return {
    status: since === null ? 'ok' : 'degraded',
    reason:
      since === null
        ? 'their keeper answers, as far as it was asked'
        : 'their keeper does not answer; old values are served',
    figures: { away_seconds: away },
  };
}
