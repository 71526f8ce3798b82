/** The OpenAPI 3.1 document, put together from the routes. */
import manifest from '../../package.json' with { type: 'json' };
import { permissions } from '../../shared/access/permissions.ts';
import { problemOf } from '../../shared/problems.ts';
import { codesOf, isOpen } from './codes.ts';
import { Components, type JsonSchema } from './components.ts';
import { Problem } from './problem.ts';
import type { Heeded, Route } from './route.ts';

export interface OpenApiDocument {
  openapi: string;
  info: JsonSchema;
  servers: JsonSchema[];
  tags: JsonSchema[];
  paths: Record<string, Record<string, JsonSchema>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: JsonSchema };
}

/** Describes every route. Throws when a schema cannot be said in JSON Schema, or two have one name. */
export function describeApi(routes: readonly Route[]): OpenApiDocument {
  const components = new Components();
  for (const route of routes) collect(route, components);
  components.add(Problem, 'output');
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Muster',
      version: manifest.version,
      description: manifest.description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(tagOf))].toSorted().map((name) => ({ name })),
    paths,
    components: {
      schemas: components.all(),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of the form mk.<id>.<secret>, or a token of Entra ID.',
        },
      },
    },
  };
}

/** Names are settled when every schema has been seen. */
function collect(route: Route, components: Components): void {
  components.add(route.params(), 'input');
  components.add(route.query(), 'input');
  if (route.body !== undefined) components.add(route.body(), 'input');
  for (const schema of [route.answer, ...Object.values(route.also)]) components.add(schema(), 'output');
}

function operationOf(route: Route, components: Components): JsonSchema {
  return {
    operationId: route.name,
    summary: summaryOf(route),
    description: `Who may: ${permissions[route.name].join(', ')}.`,
    tags: [tagOf(route)],
    security: isOpen(route) ? [{}, { key: [] }] : [{ key: [] }],
    parameters: [
      ...parametersOf(components.resolve(components.add(route.params(), 'input'), 'input'), 'path'),
      ...parametersOf(components.resolve(components.add(route.query(), 'input'), 'input'), 'query'),
      ...route.heeds.map((heeded) => headers[heeded]),
      ...(route.etag && route.method === 'GET'
        ? [headerOf('If-None-Match', 'an ETag; the same answer gives 304')]
        : []),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: components.resolve(components.add(route.body(), 'input'), 'input') },
            },
          },
        }),
    responses: merged(successesOf(route, components), problemsOf(route)),
  };
}

/** `castBallot` reads "Cast ballot". */
const summaryOf = ({ name }: Route): string =>
  name
    .replace(/^./, (letter) => letter.toUpperCase())
    .replaceAll(/[A-Z]/g, (letter, at) => (at === 0 ? letter : ` ${letter.toLowerCase()}`));

export const tagOf = ({ path }: Route): string => /^\/api\/v1\/(?:deployment\/)?([a-z-]+)/.exec(path)?.[1] ?? 'muster';

const headerOf = (name: string, description: string): JsonSchema => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
});

const headers: Record<Heeded, JsonSchema> = {
  if_match: headerOf('If-Match', 'the ETag of the version that is to be changed'),
  idempotency_key: headerOf('Idempotency-Key', 'the same key and body again have one effect'),
  prefer_wait: headerOf('Prefer', '`wait=N` seconds, at most 30, or `respond-async`'),
};

function parametersOf(schema: JsonSchema, place: 'path' | 'query'): JsonSchema[] {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, JsonSchema>; required?: string[] };
  return Object.entries(properties).map(([name, { description, ...inner }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: inner,
  }));
}

type Responses = Record<string, { description: string; headers?: JsonSchema; content?: JsonSchema }>;

/** One status may be an answer and a problem: their types differ. */
function merged(successes: Responses, refusals: Responses): Responses {
  const both = { ...successes, ...refusals };
  for (const [status, { description, content }] of Object.entries(successes)) {
    const refusal = refusals[status];
    if (refusal === undefined) continue;
    both[status] = {
      description: `${description}; ${refusal.description}`,
      content: { ...content, ...refusal.content },
    };
  }
  return both;
}

function successesOf(route: Route, components: Components): Responses {
  const content = Object.fromEntries(
    Object.entries({ [route.media]: route.answer, ...route.also }).map(([media, schema]) => [
      media,
      { schema: components.resolve(components.add(schema(), 'output'), 'output') },
    ]),
  );
  const etag = route.etag
    ? { headers: { ETag: { description: 'the version, and a hash of the answer', schema: { type: 'string' } } } }
    : {};
  const said = route.statuses.map((status) => [
    String(status),
    status === 204
      ? { description: 'Done' }
      : { description: status === 202 ? 'Accepted, still going on' : 'Done', ...etag, content },
  ]);
  if (route.etag && route.method === 'GET') said.push(['304', { description: 'Unchanged', ...etag }]);
  return Object.fromEntries(said) as Responses; // by status
}

/** One answer for each status, naming the codes it may carry. */
function problemsOf(route: Route): Responses {
  const byStatus = Map.groupBy(codesOf(route), (code) => problemOf(code).status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${problemOf(code).title}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
