/**
 * Telemetry to Application Insights. Its package takes over OpenTelemetry's global API, so whatever was asked of that
 * before it was loaded stays deaf: tracer and meter are asked for here, afterwards, and never kept elsewhere. It collects
 * nothing by itself: what it would patch in, such as consoles and HTTP clients, is told by Muster, without secrets.
 */
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Platform } from '../platform.ts';
import { credentialOf } from '../identity.ts';
import { closing } from './closing.ts';
import { databaseOf } from './database.ts';
import { otlpExports, type Exports } from './otlp.ts';
import { OpenTelemetryRecorder } from './recorder.ts';
import { resourceOf } from './resource.ts';

type Around = Pick<Platform, 'config' | 'clock' | 'log'>;

const off = { enabled: false };
const nothingByItself = {
  enableAutoCollectExceptions: false,
  enableLiveMetrics: false,
  enablePerformanceCounters: false,
  tracesPerSecond: 0, // its limit a second would leave holes in traces; a share by trace id leaves whole ones
  instrumentationOptions: {
    ...{ http: off, azureSdk: off, mongoDb: off, mySql: off, postgreSql: off, redis: off, redis4: off },
    ...{ bunyan: off, winston: off, console: off },
  },
};

/** A collector that is named beside it gets the same spans and measures. Loads for most of a second. */
export async function openInsights(around: Around): Promise<OpenTelemetryRecorder> {
  const { config } = around;
  const { useAzureMonitor, shutdownAzureMonitor } = await import('applicationinsights');
  const beside = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const others: Partial<Exports> = beside === undefined ? {} : otlpExports(beside, around);
  useAzureMonitor({
    ...nothingByItself,
    resource: resourceOf(config),
    azureMonitorExporterOptions: await exporterOptions(config),
    spanProcessors: [asItReads, ...(others.spans === undefined ? [] : [others.spans])],
    metricReaders: others.metrics === undefined ? [] : [others.metrics],
  });
  const { metrics, trace } = await import('@opentelemetry/api');
  return new OpenTelemetryRecorder({
    traces: trace.getTracerProvider(),
    metrics: metrics.getMeterProvider(),
    database: databaseOf(config),
    close: closing(shutdownAzureMonitor, around),
  });
}

/** What fails to be sent is not kept on disk: it would outlive the process, and a slot of an app has little of it. */
async function exporterOptions(config: Around['config']) {
  const { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString = '' } = config;
  const by = config.APPLICATIONINSIGHTS_AUTHENTICATION_STRING;
  const options = { connectionString, disableOfflineStorage: true };
  if (by === undefined) return options;
  return { ...options, credential: await credentialOf(config, /ClientId=([^;]+)/.exec(by)?.[1]) };
}

/** It still knows databases by the names of the older conventions, and takes the names of requests from elsewhere. */
const asItReads: SpanProcessor = {
  onStart: (span) => {
    const { attributes } = span;
    const system = attributes['db.system.name'];
    if (system !== undefined) {
      span.setAttributes({
        'db.system': system === 'microsoft.sql_server' ? 'mssql' : 'sqlite',
        'db.name': attributes['db.namespace'],
        'db.statement': attributes['db.query.summary'],
      });
    }
    if (attributes['muster.stage'] !== undefined) span.setAttribute('ai.operation.name', span.name);
    if (attributes['http.route'] !== undefined) span.setAttribute('muster.operation', span.name);
  },
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
};
