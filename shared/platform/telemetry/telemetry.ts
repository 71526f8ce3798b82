/**
 * Tells whoever collects telemetry what Muster does. Until a recorder is open, and for ever where no settings ask for
 * one, everything here is a check and a call: no SDK is loaded, and a statement costs nothing more.
 */
import type { CompiledQuery } from 'kysely';
import { currentSpan, currentTrace, inTrace, isSameTrace } from '../context.ts';
import type { Clock, Reads } from '../platform.ts';
import type { Log } from './log.ts';
import type { MeasureName } from './measures.ts';

export type Attributes = Record<string, string | number | boolean>;

/** What a span is named and told by. Nothing of it may be secret. */
export interface Spanning {
  name: string;
  /** `internal` where it is left out. */
  kind?: 'internal' | 'server' | 'client' | 'consumer';
  attributes?: Attributes;
  /** W3C traceparent of what this is part of, null: of nothing. Left out: of what is in progress. */
  parent?: string | null;
  /** Traceparents of what else brought this about. */
  links?: readonly string[];
  /** The histogram that takes its duration, split by those of its attributes that the histogram names. */
  measure?: MeasureName;
}

/** Something that is over already, such as what an agent did. */
export interface Past extends Pick<Spanning, 'name' | 'kind'> {
  /** Traceparent of what it was part of. */
  parent: string | null;
  attributes: Attributes;
  began: Date;
  ended: Date;
  failed: boolean;
}

/** Where spans and measures go. */
export interface Recorder {
  span<T>(asked: Spanning, work: () => Promise<T>): Promise<T>;
  past(asked: Past): void;
  /** Like a span, for what has nothing below it. */
  statements<T>(queries: readonly CompiledQuery[], run: () => Promise<T>): Promise<T>;
  measure(name: MeasureName, value: number, attributes: Attributes): void;
  /** Sends what is left, within a time limit. Never rejects. */
  close(): Promise<void>;
}

/** The answer has left by then: loading an SDK holds the process up for most of a second. */
const afterFirstAnswerMilliseconds = 250;

export class Telemetry {
  readonly #load: (() => Promise<Recorder>) | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #closing = new AbortController();
  #opening: Promise<void> | undefined;
  #recorder: Recorder | undefined;

  /** `load` is undefined where nobody listens. */
  constructor(load: (() => Promise<Recorder>) | undefined, { clock, log }: { clock: Clock; log: Log }) {
    this.#load = load;
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether somebody listens. */
  get isOpen(): boolean {
    return this.#recorder !== undefined;
  }

  /** Loads the recorder now, rather than after the first answer. Never rejects: without it, nothing is told. */
  open(): Promise<void> {
    return (this.#opening ??= this.#open());
  }

  /** The first answer is on its way: now there is time to load the recorder. */
  openSoon(): void {
    if (this.#load === undefined || this.#opening !== undefined) return;
    this.#opening = this.#clock
      .sleep(afterFirstAnswerMilliseconds, this.#closing.signal)
      .then(() => (this.#closing.signal.aborted ? undefined : this.#open()));
  }

  /** Runs `work` in a span. A refusal or a fault is told by its kind, and goes on. */
  span<T>(asked: Spanning, work: () => Promise<T>): Promise<T> {
    return this.#recorder === undefined ? work() : this.#recorder.span(asked, work);
  }

  /**
   * Goes on in the trace of what is worked on, whoever brought it about: where that is another trace than the present
   * one, in a span of it with a link to here.
   */
  join<T>(asked: Pick<Spanning, 'name' | 'attributes'> & { trace: string | null }, work: () => Promise<T>): Promise<T> {
    const { trace, ...spanning } = asked;
    const here = currentTrace();
    if (trace === null || isSameTrace(trace, here)) return work();
    if (this.#recorder === undefined) return inTrace(trace, work);
    return this.#recorder.span({ ...spanning, parent: trace, links: here === null ? [] : [here] }, work);
  }

  /** Adds to the span in progress. */
  note(attributes: Attributes): void {
    currentSpan()?.note(attributes);
  }

  /** Tells the span in progress what was caught in it. */
  fault(error: unknown): void {
    currentSpan()?.fail(error);
  }

  past(asked: Past): void {
    this.#recorder?.past(asked);
  }

  measure(name: MeasureName, value: number, attributes: Attributes): void {
    this.#recorder?.measure(name, value, attributes);
  }

  /** A span for each statement; `run` itself while nobody listens. */
  statements(run: Reads['run']): Reads['run'] {
    const recorder = this.#recorder;
    return recorder === undefined ? run : (query) => recorder.statements([query], () => run(query));
  }

  /** One span for statements that are one request. */
  batch<T>(queries: readonly CompiledQuery[], run: () => Promise<T>): Promise<T> {
    return this.#recorder === undefined ? run() : this.#recorder.statements(queries, run);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opening;
    await this.#recorder?.close();
    this.#recorder = undefined;
  }

  async #open(): Promise<void> {
    try {
      this.#recorder = await this.#load?.();
      if (this.isOpen) this.#log.info('spans and measures are recorded from here on');
    } catch (error) {
      // Telemetry is not worth a road that stops.
      this.#log.error({ err: error }, 'telemetry could not be opened; nothing will be told');
    }
  }
}
