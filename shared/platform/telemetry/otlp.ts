/**
 * Telemetry to a collector over OTLP/HTTP, as JSON. What cannot be sent in time is dropped: queues are bounded, and
 * nothing of the road waits for them. The SDK reads its own settings, such as OTEL_TRACES_SAMPLER and OTEL_SERVICE_NAME.
 */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader, type MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Platform } from '../platform.ts';
import { closing } from './closing.ts';
import { databaseOf } from './database.ts';
import { OpenTelemetryRecorder } from './recorder.ts';
import { resourceOf } from './resource.ts';
import { tellingFailures } from './telling-failures.ts';

type Around = Pick<Platform, 'config' | 'clock' | 'log'>;

/** Of one request, with its retries. */
const sendMilliseconds = 5000;
/** So many spans wait to be sent; a burst beyond is dropped. */
const mostWaiting = 8192;

/** Where spans and measures go out. */
export interface Exports {
  spans: SpanProcessor;
  metrics: MetricReader;
}

export function otlpExports(endpoint: string, { log }: Pick<Around, 'log'>): Exports {
  const to = (path: string) => ({ url: `${endpoint.replace(/\/$/, '')}/${path}`, timeoutMillis: sendMilliseconds });
  const spans = tellingFailures(new OTLPTraceExporter(to('v1/traces')), 'spans', log);
  const exporter = tellingFailures(new OTLPMetricExporter(to('v1/metrics')), 'measures', log);
  return {
    spans: new BatchSpanProcessor(spans, { maxQueueSize: mostWaiting, exportTimeoutMillis: 2 * sendMilliseconds }),
    metrics: new PeriodicExportingMetricReader({ exporter, exportTimeoutMillis: 2 * sendMilliseconds }),
  };
}

export async function openOtlp(around: Around): Promise<OpenTelemetryRecorder> {
  const { config } = around;
  const { spans, metrics: reader } = otlpExports(config.OTEL_EXPORTER_OTLP_ENDPOINT ?? '', around);
  const resource = resourceOf(config);
  const traces = new BasicTracerProvider({ resource, spanProcessors: [spans] });
  const metrics = new MeterProvider({ resource, readers: [reader] });
  const close = closing(() => Promise.allSettled([traces.shutdown(), metrics.shutdown()]), around);
  return new OpenTelemetryRecorder({ traces, metrics, database: databaseOf(config), close });
}
