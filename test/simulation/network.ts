/** Calls of actors, on their way to Muster and back: lost, late, doubled, and cut off by a crash. */
import { codeOf } from '../../functions/http/problems.ts';
import { LostRace, Refusal } from '../../shared/outcomes.ts';
import { withTrace } from '../../shared/platform/context.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import type { Around } from './around.ts';
import { Unheard } from './life.ts';
import type { Running } from './running.ts';

type Verb<T> = (platform: Platform) => Promise<T>;

/** An answer, or what was thrown instead. */
type Said<T> = { value: T } | { error: unknown };

/** A caller hears nothing for so long, and gives up. */
const patienceSeconds = 60;
const againAfterLostRaces = 3; // as every route does
const refusedAtOnceSeconds = 1;

export class Network {
  readonly #around: Around;
  readonly #running: Running;

  constructor(around: Around, running: Running) {
    this.#around = around;
    this.#running = running;
  }

  /** Throws {@link Unheard} or what the verb refuses. */
  async call<T>(who: string, what: string, verb: Verb<T>): Promise<T> {
    const { scheduler, faults, plant } = this.#around;
    const asked: Asked<T> = { name: `${who}: ${what}`, what, verb: plant.verb?.(what, verb) ?? verb };
    if (faults.happens('call_lost')) return this.#hearNothing(what);
    if (faults.happens('call_doubled')) this.#sendLater(asked, faults.of('call_doubled').between(0, 100));
    if (faults.happens('call_late')) {
      this.#sendLater(asked, faults.of('call_late').between(20, 300));
      return this.#hearNothing(what);
    }
    await scheduler.turn(`calls ${what}`);
    const said = await this.#answered(asked);
    if (said === undefined || faults.happens('answer_lost')) return this.#hearNothing(what);
    await scheduler.turn(`hears of ${what}`);
    if ('value' in said) return said.value;
    throw said.error;
  }

  async #hearNothing(what: string): Promise<never> {
    await this.#around.scheduler.sleep(patienceSeconds * 1000);
    throw new Unheard(what);
  }

  /** Nobody waits for what it answers. */
  #sendLater<T>(asked: Asked<T>, seconds: number): void {
    const { scheduler } = this.#around;
    scheduler.begin({ name: `${asked.name}, late`, process: undefined }, async () => {
      await scheduler.sleep(seconds * 1000);
      this.#serve(asked, () => {});
    });
  }

  /** Undefined: no answer came in time. */
  async #answered<T>(asked: Asked<T>): Promise<Said<T> | undefined> {
    const { scheduler } = this.#around;
    const over = new AbortController();
    let heard: Said<T> | undefined;
    const hear = (said: Said<T> | undefined) => {
      heard ??= said;
      over.abort('over');
    };
    if (this.#running.platform === undefined) {
      await scheduler.sleep(refusedAtOnceSeconds * 1000);
      throw new Unheard(asked.what);
    }
    this.#serve(asked, hear);
    await scheduler.sleep(patienceSeconds * 1000, over.signal);
    return heard;
  }

  /** Where nothing runs, or the process dies over it, nothing is answered. */
  #serve<T>(asked: Asked<T>, answer: (said: Said<T> | undefined) => void): void {
    const { platform } = this.#running;
    if (platform === undefined) return answer(undefined);
    const settled = this.#running.onDeath(() => answer(undefined));
    this.#running.inside(asked.name, async () => {
      const said = await this.#run(platform, asked);
      settled();
      answer(said);
    });
  }

  /** As a route does it: again after a lost race, and a fault is a fault to the caller. */
  async #run<T>(platform: Platform, { name, verb }: Asked<T>): Promise<Said<T> | undefined> {
    for (let lost = 0; ; lost++) {
      try {
        return { value: await withTrace(null, () => verb(platform)) };
      } catch (error) {
        if (error instanceof Refusal) return { error };
        if (!(error instanceof LostRace)) {
          this.#around.unexpected(name, error);
          return undefined;
        }
        if (lost >= againAfterLostRaces) return { error: new Refusal(codeOf(error)) };
      }
    }
  }
}

interface Asked<T> {
  /** Who calls what. */
  name: string;
  what: string;
  verb: Verb<T>;
}
