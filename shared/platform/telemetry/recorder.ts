/** Spans and measures by the API of OpenTelemetry. What becomes of them is the provider's. */
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Histogram,
  type MeterProvider,
  type SpanContext,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type { CompiledQuery } from 'kysely';
import { currentTrace, inTrace } from '../context.ts';
import { measures, type Measure, type MeasureName } from './measures.ts';
import { RecordedSpan } from './open-span.ts';
import { statementNames, type StatementName } from './statement-names.ts';
import type { Attributes, Past, Recorder, Spanning } from './telemetry.ts';

export interface Providers {
  traces: TracerProvider;
  metrics: MeterProvider;
  /** Said of every statement: `db.system.name`, `db.namespace`. */
  database: Attributes;
  /** Sends what is left and lets go of everything. Never rejects. */
  close(): Promise<void>;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
} as const;

export class OpenTelemetryRecorder implements Recorder {
  readonly #tracer: Tracer;
  readonly #histograms: Record<MeasureName, Histogram>;
  readonly #database: Attributes;
  readonly #nameOf: (queries: readonly CompiledQuery[]) => StatementName = statementNames();
  readonly close: () => Promise<void>;

  constructor({ traces, metrics, database, close }: Providers) {
    this.#tracer = traces.getTracer('muster');
    this.#histograms = histogramsOf(metrics);
    this.#database = database;
    this.close = close;
  }

  span<T>(asked: Spanning, work: () => Promise<T>): Promise<T> {
    return this.#run(asked, (open, trace) => inTrace(trace, work, open));
  }

  statements<T>(queries: readonly CompiledQuery[], run: () => Promise<T>): Promise<T> {
    const { summary, attributes } = this.#nameOf(queries);
    const said = { ...this.#database, ...attributes };
    return this.#run({ name: summary, kind: 'client', attributes: said, measure: 'db.client.operation.duration' }, run);
  }

  past({ name, kind = 'internal', parent, attributes, began, ended, failed }: Past): void {
    const options = { kind: kinds[kind], attributes, startTime: began };
    const span = this.#tracer.startSpan(name, options, below(parent));
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(ended);
  }

  measure(name: MeasureName, value: number, attributes: Attributes): void {
    this.#histograms[name].record(value, splitBy(measures[name], attributes));
  }

  async #run<T>(asked: Spanning, work: (open: RecordedSpan, trace: string) => Promise<T>): Promise<T> {
    const { name, kind = 'internal', attributes = {}, parent = currentTrace(), measure } = asked;
    const links = (asked.links ?? []).flatMap((link) => contextOf(link) ?? []).map((context) => ({ context }));
    const began = performance.now();
    const span = this.#tracer.startSpan(name, { kind: kinds[kind], attributes, links }, below(parent));
    const open = new RecordedSpan(span, attributes);
    try {
      return await work(open, traceparentOf(span.spanContext()));
    } catch (error) {
      open.fail(error);
      throw error;
    } finally {
      span.end();
      if (measure !== undefined) this.measure(measure, (performance.now() - began) / 1000, open.attributes);
    }
  }
}

function histogramsOf(provider: MeterProvider): Record<MeasureName, Histogram> {
  const meter = provider.getMeter('muster');
  const made = Object.entries(measures).map(([name, { unit, description, bounds }]) => {
    const advice = { explicitBucketBoundaries: [...bounds] };
    return [name, meter.createHistogram(name, { unit, description, advice })];
  });
  return Object.fromEntries(made) as Record<MeasureName, Histogram>; // one for each
}

const splitBy = ({ attributes: names }: Measure, attributes: Attributes): Attributes =>
  Object.fromEntries(
    names.flatMap((name) => (attributes[name] === undefined ? [] : [[name, attributes[name]] as const])),
  );

/** W3C: version, trace, span, flags. */
const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

function contextOf(traceparent: string | null): SpanContext | undefined {
  const [, traceId, spanId, flags] = traceparent?.split('-') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

function below(traceparent: string | null): Context {
  const context = contextOf(traceparent);
  return context === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, context);
}
