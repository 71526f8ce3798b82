/** Chooses what Muster stands on. Nothing else knows which adapters there are. */
import { systemClock, systemRandom } from './clock.ts';
import type { Config } from './config.ts';
import type { Engine, Surroundings } from './database/transactions.ts';
import type { Resolve } from './outbound/guarded.ts';
import type { Bells, Clock, Database, Platform, Random } from './platform.ts';
import type { Log } from './telemetry/log.ts';

/** What a test may put in the place of the real thing. */
export interface Seams {
  clock: Clock;
  random: Random;
  log: Log;
  bells: Bells;
  /** The database's clock, in milliseconds since 1970. */
  time: () => number;
  /** Names to addresses, for outbound calls. */
  resolve: Resolve;
  /** Stands between transactions and the database, to lose answers and to fail. */
  engine: (engine: Engine) => Engine;
}

export type OpenPlatform = Platform & {
  /** Lets the stages that run come to their end, then closes everything and frees the folder. */
  close(): Promise<void>;
};

/** Opens the embedded default: one file in one process. Throws when another process has the folder. */
export async function openPlatform(config: Config, seams: Partial<Seams> = {}): Promise<OpenPlatform> {
  await using opened = new AsyncDisposableStack(); // closes what is open already when the rest cannot be opened
  const { clock = systemClock, random = systemRandom } = seams;
  const log = seams.log ?? (await import('./telemetry/log.ts')).openLog(config.LOG_LEVEL);
  const bells = seams.bells ?? (await import('./bells/in-process.ts')).inProcessBells(clock, log);
  const hints = (await import('./bells/hints.ts')).openHints(clock);
  const around = { config, clock, random, bells, hints };
  await takeFolder(config, opened);
  const secrets = await openSecrets(config, random); // before there is a database that would need them
  const db = await openDatabase(around, seams, opened);
  const outbound = (await import('./outbound/guarded.ts')).guardedOutbound(config, seams.resolve);
  opened.defer(() => outbound.close());
  opened.defer(() => bells.drain());
  const closing = opened.move();
  return { ...around, log, db, ...secrets, outbound, close: () => closing.disposeAsync() };
}

async function takeFolder({ MUSTER_DATA: folder }: Config, opened: AsyncDisposableStack): Promise<void> {
  if (folder === ':memory:') return;
  const lock = (await import('./database/folder-lock.ts')).lockFolder(folder);
  opened.defer(() => lock.release());
}

async function openDatabase(
  around: Surroundings,
  { time = () => systemClock.now().getTime(), engine }: Partial<Seams>,
  opened: AsyncDisposableStack,
): Promise<Database> {
  const folder = around.config.MUSTER_DATA;
  const { openSqlite } = await import('./database/sqlite.ts');
  const db = openSqlite({ folder, time, ...(engine === undefined ? {} : { through: engine }) }, around);
  opened.defer(() => db.close());
  return db;
}

async function openSecrets(config: Config, random: Random): Promise<Pick<Platform, 'secrets' | 'sealer'>> {
  const { secretsFromSettings } = await import('./secrets/secrets.ts');
  const { sealerWith } = await import('./secrets/seal.ts');
  const { dataKey } = await import('./secrets/data-key.ts');
  return { secrets: secretsFromSettings(config.secrets), sealer: sealerWith(dataKey(config, random), random) };
}
