/** The Muster that runs: opened on the ground as a host opens it, killed in the middle of anything, started anew. */
import { stages } from '../../functions/stages.ts';
import { withTrace } from '../../shared/platform/context.ts';
import { answering } from '../../shared/platform/bells/answering.ts';
import { openPlatform } from '../../shared/platform/open.ts';
import type { Bells, Platform, Ring } from '../../shared/platform/platform.ts';
import { ringDueWork, voidStageLeases } from '../../shared/road/ring-due-work.ts';
import { seededRandom } from '../world/random.ts';
import { Air, bellsInside, queuedBells } from './bells.ts';
import { boundaryOf } from './boundary.ts';
import type { Around } from './around.ts';
import { reached } from './database.ts';
import { chanceOf, type Chance } from './chance.ts';
import { Looked } from './looked.ts';
import { inVain, isForNobody, nextSweep, sweeping } from './next-sweep.ts';

/** One process: an identity, with which everything in it is gone. */
interface Process {
  number: number;
}

export class Running {
  platform: Platform | undefined;
  crashes = 0;
  readonly #around: Around;
  readonly #air: Air;
  /** Of what would find nothing. */
  readonly #vain: Chance;
  readonly #looked: Looked;
  #process: Process = { number: 0 };
  /** What to do when the process dies: whoever waits for an answer hears that there is none. */
  readonly #mourners = new Set<() => void>();

  constructor(around: Around) {
    this.#around = around;
    this.#air = new Air(around.scheduler, around.faults);
    this.#vain = chanceOf(around.seed, 'sweep');
    this.#looked = new Looked(around.ground);
  }

  /** Opens it, and rings for what waits, as every host does. */
  async start(): Promise<void> {
    const { scheduler, manner } = this.#around;
    const process = (this.#process = { number: this.#process.number + 1 });
    const platform = await scheduler.busy(() => this.#open(process));
    this.platform = platform;
    this.inside('start', async () => {
      try {
        if (!manner.isQueued) await voidStageLeases(platform); // the folder's lock proves that nobody else holds one
      } catch (error) {
        this.kill(manner.restartSeconds); // it does not start without
        throw error;
      }
      await this.#tick(platform);
      await this.#sweep(platform);
    });
  }

  /** Everything in memory is gone; after some seconds another one starts. */
  kill(seconds: number): void {
    const { scheduler } = this.#around;
    if (this.platform === undefined) return;
    this.platform = undefined;
    this.crashes++;
    scheduler.kill(this.#process);
    for (const mourn of this.#mourners) mourn();
    this.#mourners.clear();
    scheduler.begin({ name: 'host', process: undefined }, async () => {
      await scheduler.sleep(seconds * 1000);
      await this.start();
    });
  }

  /** Begins something in the process that runs now. What it throws unexpectedly fails the life. */
  inside(name: string, work: () => Promise<void>): void {
    const { scheduler, unexpected } = this.#around;
    scheduler.begin({ name, process: this.#process }, () => work().catch((error: unknown) => unexpected(name, error)));
  }

  /** Until the process dies; gives what takes it back. */
  onDeath(mourn: () => void): () => void {
    this.#mourners.add(mourn);
    return () => void this.#mourners.delete(mourn);
  }

  /** A ring from the queue: heard when a process runs, and once more where it dies over it. */
  readonly hear = (ring: Ring): void => {
    const { scheduler, manner } = this.#around;
    const { platform } = this;
    const again = (seconds: number) =>
      scheduler.begin({ name: `bell ${ring.bell} ${ring.id}`, process: undefined }, async () => {
        await scheduler.sleep(seconds * 1000);
        this.hear(ring);
      });
    if (platform === undefined) return again(manner.restartSeconds);
    if (this.#isInVain(ring)) return;
    const settled = this.onDeath(() => again(manner.lockSeconds));
    this.inside(`${ring.bell} ${ring.id}`, async () => {
      await scheduler.turn(`hears ${ring.bell}`);
      await answering(this.#answer(platform), platform.log)(ring);
      settled();
    });
  };

  #answer =
    (platform: Platform) =>
    (ring: Ring): Promise<void> =>
      this.#looked.answer(ring, () =>
        (this.#around.plant.stages?.(stages) ?? stages)[ring.bell].run(platform, ring.id),
      );

  #isInVain(ring: Ring): boolean {
    const { ground } = this.#around;
    return (isForNobody(ground, ring) || this.#looked.isInVain(ring)) && !this.#vain.chance(inVain);
  }

  async #open(process: Process): Promise<Platform> {
    const { scheduler, faults, ground, clock, config, log, plant, outbound, manner } = this.#around;
    const boundary = boundaryOf(scheduler, faults);
    const inner = {
      now: clock.now,
      sleep: (milliseconds: number, signal?: AbortSignal) => scheduler.sleep(milliseconds, signal, process),
    };
    const inside = (ring: Ring) =>
      scheduler.as({ name: `${ring.bell} ${ring.id}`, process }, async () => {
        const { platform } = this;
        if (platform === undefined || this.#isInVain(ring)) return;
        await scheduler.turn(`hears ${ring.bell}`);
        await this.#answer(platform)(ring);
      });
    const bells = this.#afterCommits(
      manner.isQueued
        ? queuedBells({ scheduler, air: this.#air, hear: this.hear })
        : bellsInside({ air: this.#air, clock: inner, log, answer: inside }),
    );
    return openPlatform(config, {
      ...{ clock: inner, time: clock.database, log, outbound, standing: ground.connection },
      random: seededRandom(this.#around.seed * 64 + process.number),
      bells: plant.bells?.(bells) ?? bells,
      engine: (real) => {
        const engine = { ...real, builder: ground.builderOf(real) };
        const planted = plant.engine?.(engine, async (query) => ground.past.run(query)) ?? engine;
        return reached({ ...this.#around, boundary, past: ground.past })(this.#around.watched(planted));
      },
    });
  }

  /** A bell that is rung while its transaction is open may be heard before there is anything to hear of. */
  #afterCommits(bells: Bells): Bells {
    const { ground, unexpected } = this.#around;
    return {
      ...bells,
      ring: (ring, delaySeconds) => {
        if (ground.connection.raw.isTransaction)
          unexpected(`bell ${ring.bell}`, new Error('it was rung before the commit'));
        bells.ring(ring, delaySeconds);
      },
    };
  }

  async #tick(platform: Platform): Promise<void> {
    const { plant, unexpected } = this.#around;
    const sweep = plant.sweep ?? ringDueWork;
    const sparing = sweeping(this.#around, platform, this.#vain);
    await withTrace(null, () => sweep(sparing)).catch((error: unknown) => unexpected('sweep', error));
  }

  async #sweep(platform: Platform): Promise<void> {
    const { scheduler, faults } = this.#around;
    for (;;) {
      const late = faults.happens('sweep_late') ? faults.of('sweep_late').between(60, 300) : 0;
      await scheduler.sleep((nextSweep(this.#around) + late) * 1000);
      await this.#tick(platform);
    }
  }
}
