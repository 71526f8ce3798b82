/** What functions of a host do when they are called. Nothing is loaded before the first call, nor opened before it must be. */
import { systemRandom } from '../shared/platform/clock.ts';
import { onAzure, onServiceBus } from '../shared/platform/forms.ts';
import type { OpenPlatform } from '../shared/platform/open.ts';
import type { Triggered } from '../shared/platform/bells/message.ts';
import type { BellName } from '../shared/platform/platform.ts';
import type { Telemetry } from '../shared/platform/telemetry/telemetry.ts';
import { firstUse, type FirstUse } from '../shared/platform/first-use.ts';
import type { Exchange } from './http/exchange.ts';
import type { Ground } from './http/handle.ts';
import type { Route } from './http/route.ts';

export type { Exchange } from './http/exchange.ts';

type Environment = Record<string, string | undefined>;

export interface Host {
  /** The function of an operation. */
  exchange(name: string, load: () => Promise<readonly Route[]>): Exchange;
  /** A message from the queue of a bell. */
  hear(bell: BellName, message: Triggered): Promise<void>;
  /** A timer's time has come. */
  tick(name: string): Promise<void>;
  /** Lets what runs come to its end. */
  close(): Promise<void>;
}

export function hostIn(environment: Environment): Host {
  let telemetry: Telemetry | undefined;
  const muster = firstUse(async () => {
    const platform = await openedIn(environment);
    telemetry = platform.telemetry;
    return platform;
  });
  const admitted: Ground['admit'] = async (...asked) => {
    const [platform, { admit }] = await Promise.all([muster.use(), import('./http/admit.ts')]);
    return admit(platform, ...asked);
  };
  const log = { error: logThrough(muster) };
  const running = openRunning();
  const ground: Ground = { admit: admitted, random: systemRandom, log, telemetry: () => telemetry };
  return {
    exchange: (name, load) => {
      const made = firstUse(async () => {
        const { exchangeWith } = await import('./http/exchange.ts');
        return exchangeWith(ground, named(await load(), name));
      });
      return async (given, trace) => (await made.use())(given, trace);
    },
    hear: (bell, message) => running.kept(heard({ muster, log }, bell, message)),
    tick: (name) => running.kept(ticked(muster, name)),
    close: async () => {
      const platform = await muster.made()?.catch(() => undefined); // what did not open needs no closing
      platform?.hints.close(); // long polls answer at once; their callers ask again
      await running.ended(); // with Service Bus the host calls the stages, so no bells know of them
      await platform?.close();
    },
  };
}

interface Running {
  kept(work: Promise<void>): Promise<void>;
  /** Resolves when what was kept has come to its end, well or not. */
  ended(): Promise<void>;
}

function openRunning(): Running {
  const running = new Set<Promise<void>>();
  return {
    kept: (work) => {
      const working = work.finally(() => running.delete(working));
      running.add(working);
      return working;
    },
    ended: async () => void (await Promise.allSettled(running)),
  };
}

interface Hearing {
  muster: FirstUse<OpenPlatform>;
  log: Ground['log'];
}

/** Never throws: the host would hand it over again at once, until it is a dead letter. */
async function heard({ muster, log }: Hearing, bell: BellName, message: Triggered): Promise<void> {
  try {
    const platform = await muster.use();
    const { hear } = await import('./hear.ts');
    await hear(platform, bell, message);
  } catch (fault) {
    log.error({ err: fault, bell }, 'Muster did not open for a bell; the sweep rings it again');
  }
}

async function ticked(muster: FirstUse<OpenPlatform>, name: string): Promise<void> {
  const platform = await muster.use();
  const [{ tick }, { timers }] = await Promise.all([import('./muster.ts'), import('./timers.ts')]);
  await tick(platform, named(timers, name));
}

function named<Row extends { name: string }>(rows: readonly Row[], name: string): Row {
  const row = rows.find((row) => row.name === name);
  if (row === undefined) throw new Error(`functions/tables.ts has ${name}, but its table has not`);
  return row;
}

/** Opens Muster and does what a start does. The key of a first admin is shown where nobody else can see it. */
async function openedIn(environment: Environment): Promise<OpenPlatform> {
  const [{ readConfig }, { connectStages, openMuster }, { ensureAdmin }] = await Promise.all([
    import('../shared/platform/config.ts'),
    import('./muster.ts'),
    import('../shared/access/first-admin.ts'),
  ]);
  const config = readConfig(environment);
  await using opened = new AsyncDisposableStack(); // closes it when the rest fails: the next use begins anew
  const platform = opened.adopt(await openMuster(config), (platform) => platform.close());
  if (!onServiceBus(environment)) connectStages(platform); // otherwise the host's own functions hear them
  if (config.MUSTER_ADMIN_KEY !== undefined || !onAzure(environment)) {
    const key = await ensureAdmin(platform);
    if (key !== undefined) process.stdout.write(`Admin key, shown this once: ${key}\n`);
  }
  opened.move();
  return platform;
}

/** Faults go to Muster's own log, also those that keep it from opening. */
function logThrough(muster: FirstUse<OpenPlatform>): Ground['log']['error'] {
  const write = async (facts: object, words: string) => {
    const platform = await muster.made()?.catch(() => undefined); // why it did not open is what is logged here
    const log = platform?.log ?? (await import('../shared/platform/telemetry/log.ts')).openLog('error');
    log.error(facts, words);
  };
  return (facts, words) => void write(facts, words);
}
