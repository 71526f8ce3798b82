/** A collector on the loopback that takes OTLP/HTTP as JSON and gives back what it was sent. */
import type { Attributes } from '../../shared/platform/telemetry/telemetry.ts';
import { openServer, type Server } from '../readiness/a-server.ts';

export interface Span {
  name: string;
  kind: string;
  trace: string;
  id: string;
  /** The id of the span above; empty at the top. */
  parent: string;
  attributes: Attributes;
  /** Traces and ids of spans it is linked to. */
  links: { trace: string; id: string }[];
  failed: boolean;
  milliseconds: number;
}

export interface Measured {
  name: string;
  unit: string;
  attributes: Attributes;
  count: number;
  sum: number;
}

export interface Collector {
  url: string;
  /** All that came, as it came. */
  text(): string;
  spans(): Span[];
  /** The last that was sent of each series. */
  measured(): Measured[];
  /** What service sends. */
  services(): unknown[];
  close: Server['close'];
}

interface Attribute {
  key: string;
  value: Record<string, string | number | boolean>;
}

interface RawSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Attribute[];
  links: { traceId: string; spanId: string }[];
  status: { code: number };
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

interface Point {
  attributes: Attribute[];
  count: number;
  sum: number;
}

interface Resource {
  resource: { attributes: Attribute[] };
}

interface Body {
  resourceSpans?: (Resource & { scopeSpans: { spans: RawSpan[] }[] })[];
  resourceMetrics?: (Resource & {
    scopeMetrics: { metrics: { name: string; unit: string; histogram: { dataPoints: Point[] } }[] }[];
  })[];
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** `answer` gives the status of each answer, undefined never answers. */
export async function openCollector(answer: () => number | undefined = () => 200): Promise<Collector> {
  const server = await openServer(() => {
    const status = answer();
    return status === undefined ? undefined : { status, body: '{}' };
  });
  const bodies = () => server.asked.map(({ body }) => JSON.parse(body) as Body);
  return {
    url: server.url,
    close: server.close,
    text: () => server.asked.map(({ path, headers, body }) => `${path} ${JSON.stringify(headers)} ${body}`).join('\n'),
    spans: () =>
      bodies()
        .flatMap(({ resourceSpans = [] }) => resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
        .map(spanOf),
    measured: () => [...new Map(bodies().flatMap(pointsIn)).values()],
    services: () =>
      bodies()
        .flatMap(({ resourceSpans = [], resourceMetrics = [] }) => [...resourceSpans, ...resourceMetrics])
        .map(({ resource }) => plain(resource.attributes)['service.name']),
  };
}

function pointsIn({ resourceMetrics = [] }: Body): [string, Measured][] {
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  return metrics.flatMap(({ name, unit, histogram }) =>
    histogram.dataPoints.map(({ attributes, count, sum }): [string, Measured] => {
      const split = plain(attributes);
      return [`${name} ${JSON.stringify(split)}`, { name, unit, attributes: split, count, sum }];
    }),
  );
}

const spanOf = (raw: RawSpan): Span => ({
  name: raw.name,
  kind: kinds[raw.kind] ?? '',
  trace: raw.traceId,
  id: raw.spanId,
  parent: raw.parentSpanId ?? '',
  attributes: plain(raw.attributes),
  links: raw.links.map(({ traceId, spanId }) => ({ trace: traceId, id: spanId })),
  failed: raw.status.code === 2,
  milliseconds: Number(BigInt(raw.endTimeUnixNano) - BigInt(raw.startTimeUnixNano)) / 1e6,
});

const plain = (attributes: Attribute[]): Attributes =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? '']));
