/** A whole Muster in memory: the clock moves by hand, chance is seeded, bells are held until the test delivers them. */
import { withTrace } from '../shared/platform/context.ts';
import { openPlatform, type Seams } from '../shared/platform/open.ts';
import { readConfig } from '../shared/platform/config.ts';
import { openLog } from '../shared/platform/telemetry/log.ts';
import type { Engine } from '../shared/platform/database/transactions.ts';
import type { BellName, Bells, Platform, Ring } from '../shared/platform/platform.ts';
import { recorded } from './azure/record-tsql.ts';
import { lockRecorder } from './locks/recorder.ts';
import { handClock, type HandClock } from './world/clock.ts';
import { pointsOf, type Points, type Stop } from './world/points.ts';
import { seededRandom } from './world/random.ts';

export type Answer = (platform: Platform, ring: Ring) => Promise<void>;

export interface WorldOptions {
  seed?: number;
  /** What answers bells in `settle`. */
  answer?: Answer;
  /** Where the clocks start. */
  at?: Date;
  /** Moves otherwise than by hand. */
  clock?: HandClock;
  /** Names to addresses, for outbound calls. */
  resolve?: Seams['resolve'];
  /** How the key vault is reached. */
  reach?: Seams['reach'];
  /** The database, open already; it stays open. */
  standing?: Seams['standing'];
  /** Stands between transactions and the database. */
  engine?: Seams['engine'];
  /** How long a database that is away may take. */
  patience?: Seams['patience'];
  /** Told at each point at which a process may die. */
  stop?: Stop;
  /** Where spans and measures go, once telemetry is open. */
  recorder?: Seams['recorder'];
  /** Nobody looks at locks: so many worlds are opened that others do. */
  isUnwatched?: boolean;
  /** The test makes tables that no schema of Muster knows: what it asks of them is not recorded. */
  hasOwnTables?: boolean;
}

/** A ring that nobody has answered yet; `at` is the process clock's time before which it does not come. */
export interface HeldRing extends Ring {
  at: Date;
}

export interface World {
  platform: Platform;
  clock: HandClock;
  /** Rings not yet delivered, oldest first. Tests may take out, double or reorder them. */
  rung: HeldRing[];
  /** What was logged, a parsed line each. */
  logged: Record<string, unknown>[];
  /** What was wrong with the locks of transactions; `close` throws where anything is left. */
  breaches: string[];
  /** Rings by hand. */
  ring(bell: BellName, id: string): void;
  /** Moves the process clock and the database's together, and wakes who sleeps until then. */
  advance(seconds: number): Promise<void>;
  /** Delivers rings that are due, one after the other, until there are none. Gives how many there were. */
  settle(answer?: Answer): Promise<number>;
  close(): Promise<void>;
}

/** More deliveries than this are bells that ring each other for ever. */
const mostDeliveries = 100_000;

/** `settings` as in the environment. Loopback may be called outward; everything else as in production. */
export async function openWorld(settings: Record<string, string> = {}, options: WorldOptions = {}): Promise<World> {
  const { seed = 1, at = new Date('2026-03-01T12:00:00.000Z'), answer: usual, engine, ...rest } = options;
  const { hasOwnTables = false, isUnwatched = false, stop, ...seams } = rest;
  const points = stop === undefined ? unstopped : pointsOf(stop);
  const { clock = handClock(at) } = options;
  const breaches: string[] = [];
  const watched = isUnwatched ? unwatched : lockRecorder((words) => breaches.push(words));
  const rung: HeldRing[] = [];
  const logged: Record<string, unknown>[] = [];
  const twin = await behind(settings, clock.database);
  const opened = await openPlatform(
    twin.config({ MUSTER_DATA: ':memory:', OUTBOUND_ALLOW: '127.0.0.0/8', LOG_LEVEL: 'debug', ...settings }),
    {
      clock,
      time: clock.database,
      random: seededRandom(seed),
      bells: heldBells(rung, clock),
      log: openLog(settings['LOG_LEVEL'] ?? 'debug', (line) => logged.push(JSON.parse(line))),
      engine: (real) => points.engine(watched(recorded(engine?.(real) ?? real, hasOwnTables))),
      ...seams,
    },
  );
  const platform = points.platform(opened);
  return {
    platform,
    clock,
    rung,
    logged,
    breaches,
    ring: (bell, id) => platform.bells.ring({ bell, id, trace: null }),
    advance: clock.advance,
    settle: (answer = usual) => settle({ platform, rung, clock, answer }),
    close: async () => {
      await platform.close();
      await twin.close();
      if (breaches.length > 0) throw new Error(`locks: ${[...new Set(breaches)].join('; ')}`);
    },
  };
}

const unwatched = (engine: Engine): Engine => engine;
const unstopped: Points = { engine: unwatched, platform: (platform) => platform };

/**
 * The database: in memory, or with MUSTER_TWIN in the environment a stand-in for Azure SQL, asked by the real driver
 * (vitest.long.config.ts). Rows are due as soon there as here.
 */
async function behind(settings: Record<string, string>, time: () => number) {
  const isElsewhere = settings['MUSTER_DATA'] !== undefined || settings['AZURE_SQL_SERVER'] !== undefined;
  if (process.env['MUSTER_TWIN'] === undefined || isElsewhere) return { config: readConfig, close: async () => {} };
  const { openTwin } = await import('./azure/twin/start.ts');
  const { twin, settings: there } = await openTwin(time);
  const config = (given: Record<string, string>) => ({ ...readConfig({ ...there, ...given }), DUE_SECONDS: 1 });
  return { config, close: twin.close };
}

const heldBells = (rung: HeldRing[], clock: HandClock): Bells => ({
  ring: (ring, delaySeconds = 0) => {
    rung.push({ ...ring, at: new Date(clock.now().getTime() + delaySeconds * 1000) });
  },
  answer: () => {},
  drain: async () => {},
  check: async () => 'they are held',
  backlog: async () => ({ waiting: rung.length, oldest_seconds: 0 }),
});

type Settling = Pick<World, 'platform' | 'rung' | 'clock'> & { answer: Answer | undefined };

async function settle({ platform, rung, clock, answer }: Settling): Promise<number> {
  if (answer === undefined) throw new Error('settle needs the option `answer`: what answers the bells');
  for (let delivered = 0; delivered < mostDeliveries; delivered++) {
    const index = rung.findIndex(({ at }) => at <= clock.now());
    const [next] = index < 0 ? [] : rung.splice(index, 1);
    if (next === undefined) return delivered;
    const { at: _, ...ring } = next;
    await withTrace(ring.trace, () => answer(platform, ring));
  }
  throw new Error(`bells ring each other for ever; the next is ${rung[0]?.bell}`);
}
