/** The recorder of production over the SDK, with its spans and measures kept in memory. */
import { SpanKind, SpanStatusCode, type HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type Histogram,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryRecorder } from '../../shared/platform/telemetry/recorder.ts';

export interface Told {
  name: string;
  kind: string;
  trace: string;
  id: string;
  parent: string | undefined;
  attributes: Record<string, unknown>;
  links: string[];
  failed: boolean;
  began: Date;
  seconds: number;
}

export interface Recording {
  recorder: OpenTelemetryRecorder;
  /** Ended spans, oldest end first. */
  spans(): Told[];
  named(name: string): Told[];
  forget(): void;
  /** Sum and count of each series of a measure. */
  measured(name: string): Promise<{ attributes: Record<string, unknown>; sum: number; count: number }[]>;
}

export function startRecording(): Recording {
  const memory = new InMemorySpanExporter();
  const traces = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
  const series = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const metrics = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: series })] });
  const close = async () => {
    await Promise.all([traces.shutdown(), metrics.shutdown()]);
  };
  const recorder = new OpenTelemetryRecorder({ traces, metrics, database: { 'db.system.name': 'sqlite' }, close });
  const spans = () => memory.getFinishedSpans().map(toldOf);
  return {
    recorder,
    spans,
    named: (name) => spans().filter((span) => span.name === name),
    forget: () => memory.reset(),
    measured: async (name) => {
      await metrics.forceFlush();
      const last =
        series
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return last
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPoints }): Point[] => dataPoints)
        .map(({ attributes, value }) => {
          const { sum = 0, count } = value as Histogram; // all measures are
          return { attributes, sum, count };
        });
    },
  };
}

interface Point {
  attributes: Record<string, unknown>;
  value: unknown;
}

type Finished = ReturnType<InMemorySpanExporter['getFinishedSpans']>[number];

const toldOf = (span: Finished): Told => ({
  name: span.name,
  kind: SpanKind[span.kind].toLowerCase(),
  trace: span.spanContext().traceId,
  id: span.spanContext().spanId,
  parent: span.parentSpanContext?.spanId,
  attributes: span.attributes,
  links: span.links.map(({ context }) => context.traceId),
  failed: span.status.code === SpanStatusCode.ERROR,
  began: new Date(millisecondsOf(span.startTime)),
  seconds: millisecondsOf(span.duration) / 1000,
});

const millisecondsOf = ([seconds, nanos]: HrTime): number => seconds * 1000 + nanos / 1e6;
