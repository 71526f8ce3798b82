/** Spans and measures, from the tables of what wakes Muster and of what is measured. */
import { routes } from '../../functions/routes.ts';
import { stages } from '../../functions/stages.ts';
import { timers } from '../../functions/timers.ts';
import { measures } from '../../shared/platform/telemetry/measures.ts';
import { code, codes, generatedFrom, table } from './markdown.ts';

export const telemetryPage =
  (): string => `${generatedFrom('shared/platform/telemetry/measures.ts and the tables in functions/')}

# Telemetry

Muster tells what it does as spans and histograms of OpenTelemetry. Without a setting nobody listens: no SDK is loaded,
and a statement costs nothing more. The log is apart from that: JSON lines on standard error, each with the \`trace_id\`
and \`span_id\` of what it is about. \`/api/metrics\` is apart too, for Prometheus, and needs no setting.

## Sending it

To a collector that takes OTLP over HTTP, such as the OpenTelemetry Collector, Jaeger or Grafana Alloy:

\`\`\`sh
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 npm start
\`\`\`

To Application Insights, with the connection string of its page in the portal. Where its resource takes Entra ID alone,
name the managed identity too; it needs the role Monitoring Metrics Publisher there:

\`\`\`sh
APPLICATIONINSIGHTS_CONNECTION_STRING='InstrumentationKey=…;IngestionEndpoint=https://…/'
APPLICATIONINSIGHTS_AUTHENTICATION_STRING='Authorization=AAD;ClientId=…'
\`\`\`

With both, both get the same. The SDK is loaded a quarter of a second after the first answer, because that takes up to a
second, so the first answer itself is not told; the log says \`spans and measures are recorded from here on\`. Nothing on
the road waits for a collector: at most 8,192 spans wait to be sent, every 5 s, more are dropped; one request to the
collector takes 5 s at most, with its retries. What cannot be sent is said in the log, once until it works again. At its
end Muster sends what is left, for 3 s at most.

The SDK reads some settings of its own from the environment:

${table(
  ['setting', 'what for'],
  [
    [
      '`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`',
      'another name than `muster`, and what else to say of the process',
    ],
    ['`OTEL_EXPORTER_OTLP_HEADERS`', 'headers for the collector, such as a token'],
    [
      '`OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`',
      '`parentbased_traceidratio` and `0.1` keep every tenth trace, whole; everything where they are not set',
    ],
  ],
)}

Application Insights takes \`microsoft.fixed_percentage\` and \`0.1\` for the same. A job is about a hundred spans, most of
them statements: where spans are paid for, keep a share.

## One trace for a job

The request that submits a job begins its trace, or goes on in the one that its \`traceparent\` names, and the job keeps it.
Bells carry it, over Service Bus too. Whatever a stage does for a job it does in the job's trace, whoever rang: where a
ballot, a completion or the sweep rang from another trace, the stage has a span in that trace and one in the job's, with a
link between them. Calls out carry \`traceparent\`, so the endpoint of a voter can join. What an agent did is a span of the
job's trace from the claim of its task to its end, as it reported it. Requests of agents and voters keep the trace that
they bring; without one, each is a trace of its own. Events in the record name the trace in which they happened.

## Spans

${table(
  ['name', 'kind', 'what', 'attributes'],
  spans.map(({ name, kind, what, attributes }) => [name, kind, what, codes(attributes)]),
)}

Operations: ${codes(routes.map(({ name }) => name))}.

Stages: ${codes(Object.values(stages).map(({ name }) => name))}. Timers: ${codes(timers.map(({ name }) => name))}.

Names follow the semantic conventions of HTTP, databases and generative AI where these have one. A refusal is no fault:
\`muster.refusal\` has its [code](problems.md). A fault has \`error.type\`, a code or a class, and the status error.

## Measures

All are histograms.

${table(
  ['name', 'unit', 'what', 'split by'],
  Object.entries(measures).map(([name, { unit, description, attributes }]) => [
    code(name),
    code(unit),
    description,
    codes(attributes),
  ]),
)}

## What is never told

Values of statements and of settings, headers, queries and bodies, paths but for ids of ours, URLs but for host and port,
messages of errors, definitions, inputs, outputs, reasons of ballots. So no secret can leave by this way, and what went
wrong in words stands in the log alone, where secrets are masked.
`;

interface SpanKind {
  name: string;
  kind: string;
  what: string;
  attributes: string[];
}

export const spans: readonly SpanKind[] = [
  {
    name: 'an operation, such as `submitJob`',
    kind: 'server',
    what: 'a request; its verb runs in it',
    attributes: [
      'http.request.method',
      'http.route',
      'http.response.status_code',
      'muster.job_id',
      'muster.task_id',
      'muster.refusal',
      'error.type',
    ],
  },
  {
    name: 'a stage, such as `executeJob`',
    kind: 'consumer',
    what: 'what a bell woke',
    attributes: ['muster.stage', 'muster.id', 'muster.refusal', 'error.type'],
  },
  {
    name: 'the same stage again, and `settleAtEdge`',
    kind: 'internal',
    what: 'its part in the trace of the job, where another trace rang; what it keeps of a refusal or a fault',
    attributes: ['muster.id', 'muster.refusal', 'error.type'],
  },
  { name: 'a timer, such as `ringDueWork`', kind: 'internal', what: 'one run of it', attributes: ['error.type'] },
  {
    name: '`transaction` and the verb or stage it is of',
    kind: 'internal',
    what: 'from its wait for the database to its commit',
    attributes: ['muster.refusal', 'error.type'],
  },
  {
    name: '`take`',
    kind: 'internal',
    what: 'a claim that has found work',
    attributes: ['muster.refusal', 'error.type'],
  },
  {
    name: 'operation and tables, such as `UPDATE jobs`; `BATCH` and those of its statements',
    kind: 'client',
    what: 'a statement, or several that are one request',
    attributes: [
      'db.system.name',
      'db.namespace',
      'server.address',
      'db.operation.name',
      'db.collection.name',
      'db.query.summary',
      'db.operation.batch.size',
      'error.type',
    ],
  },
  {
    name: '`GET` or `POST`',
    kind: 'client',
    what: 'a call out',
    attributes: ['http.request.method', 'server.address', 'server.port', 'http.response.status_code', 'error.type'],
  },
  {
    name: '`invoke_agent` and the agent',
    kind: 'client',
    what: 'the last attempt at a task, from claim to end',
    attributes: [
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'gen_ai.request.model',
      'gen_ai.agent.name',
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'muster.job_id',
      'muster.task_id',
      'muster.task.attempts',
      'error.type',
    ],
  },
];
