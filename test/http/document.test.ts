/** The OpenAPI document: valid 3.1, and complete. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { codesOf } from '../../functions/http/codes.ts';
import { Components } from '../../functions/http/components.ts';
import { describeApi } from '../../functions/http/openapi.ts';
import { route } from '../../functions/http/route.ts';
import { routes } from '../../functions/routes.ts';
import { permissions } from '../../shared/access/permissions.ts';
import { problemOf, problems } from '../../shared/problems.ts';
import { plainRoutes } from './desk.ts';

const document = describeApi(routes);

/** What OpenAPI 3.1 asks of the parts that we use; other members are mistakes. */
const schema = z.record(z.string(), z.unknown());
const content = z.record(z.string().regex(/^[a-z]+\/[a-z0-9.+-]+(; ?[a-z]+=[\w.-]+)*$/), z.strictObject({ schema }));
const Operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
  summary: z.string(),
  description: z.string(),
  tags: z.array(z.string()).length(1),
  security: z.array(z.record(z.literal('key'), z.tuple([])).or(z.strictObject({}))).min(1),
  parameters: z.array(
    z
      .strictObject({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        required: z.boolean(),
        description: z.string().optional(),
        schema,
      })
      .refine((parameter) => parameter.in !== 'path' || parameter.required),
  ),
  requestBody: z.strictObject({ required: z.literal(true), content }).optional(),
  responses: z.record(
    z.string().regex(/^[2-5]\d\d$/),
    z.strictObject({ description: z.string().min(1), headers: schema.optional(), content: content.optional() }),
  ),
});
const Document = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.string() })),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(
    z.string().regex(/^\/[\w.{}/-]+$/),
    z.partialRecord(z.enum(['get', 'put', 'post', 'delete']), Operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), schema),
    securitySchemes: z.strictObject({
      key: z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer'), description: z.string() }),
    }),
  }),
});

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...Operation.parse(operation) })),
);

describe('the document', () => {
  it('is made of what OpenAPI 3.1 knows', () => {
    expect(Document.safeParse(structuredClone(document)).error?.issues ?? []).toEqual([]);
  });

  it('has schemas that are JSON Schema 2020-12, and references that lead somewhere', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, validateFormats: false });
    ajv.addVocabulary(['components']);
    ajv.addSchema({ $id: 'document', components: document.components }, 'document', false, false);
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `document#/components/schemas/${name}` })).not.toThrow();
    }
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref]) => ref);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(refs.filter((ref) => !known.includes(ref ?? ''))).toEqual([]);
  });

  it('has every route once, and nothing else', () => {
    const said = operations.map(({ operationId, method, path }) => `${operationId} ${method.toUpperCase()} ${path}`);
    const built = routes.map(({ name, method, path }) => `${name} ${method} ${path}`);
    expect(said.toSorted()).toEqual(built.toSorted());
  });

  it('has every operation of the permission table', () => {
    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(Object.keys(permissions).toSorted());
  });

  it('declares each parameter of a path, once', () => {
    for (const { path, parameters } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(declared.toSorted()).toEqual(inPath.map(String).toSorted());
      const all = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it('has every status that an operation may answer with', () => {
    for (const route of routes) {
      const operation = operations.find(({ operationId }) => operationId === route.name);
      const statuses = [...route.statuses, ...codesOf(route).map((code) => problemOf(code).status)];
      if (route.etag && route.method === 'GET') statuses.push(304);
      expect(Object.keys(operation?.responses ?? {})).toEqual(
        [...new Set(statuses)].toSorted((a, b) => a - b).map(String),
      );
    }
  });

  it('names every code that an operation refuses with', () => {
    for (const route of routes) {
      const operation = operations.find(({ operationId }) => operationId === route.name);
      for (const code of codesOf(route)) {
        expect(operation?.responses[problemOf(code).status]?.description).toContain(`\`${code}\``);
      }
    }
  });

  it('asks for a key wherever not anyone may call', () => {
    const open = operations.filter(({ security }) => security.some((each) => !('key' in each)));
    expect(open.map(({ operationId }) => operationId).toSorted()).toEqual([
      'getDocs',
      'getLiveness',
      'getOpenApi',
      'getOwnCard',
      'getProblem',
      'getReadiness',
    ]);
  });

  it('lets each problem code be answered by some operation, or be the reason of a blocked or failed job', () => {
    const answered = new Set(routes.flatMap(codesOf));
    const reasons = [
      'over_budget',
      'over_token_limit',
      'unpriced',
      'not_ready',
      'budget_exhausted',
      'resource_exhausted',
      'no_eligible_voters',
      'compensation_failed',
    ];
    const byPath = ['not_found', 'method_not_allowed'];
    const unused = Object.keys(problems).filter((code) => !answered.has(code as keyof typeof problems));
    expect(unused.filter((code) => ![...reasons, ...byPath].includes(code))).toEqual([]);
  });
});

describe('components', () => {
  const Inner = z.strictObject({ a: z.string().default('x') }).meta({ id: 'TestInner' });
  const Outer = z.strictObject({ inner: Inner, at: z.date() }).meta({ id: 'TestOuter' });

  it('keeps what is sent and what is answered apart where they differ, by themselves or inside', () => {
    const components = new Components();
    components.add(Outer, 'input');
    components.add(Outer, 'output');
    const all = components.all();
    expect(Object.keys(all)).toEqual(['TestInner', 'TestInnerInput', 'TestOuter', 'TestOuterInput']);
    expect(all['TestInner']).toMatchObject({ required: ['a'] });
    expect(all['TestInnerInput']).not.toHaveProperty('required');
    expect(all['TestOuterInput']).toMatchObject({
      properties: { inner: { $ref: '#/components/schemas/TestInnerInput' } },
    });
    expect(all['TestOuter']).toMatchObject({ properties: { at: { type: 'string', format: 'date-time' } } });
  });

  it('refuses two schemas of one name', () => {
    const components = new Components();
    const other = z.strictObject({ inner: z.strictObject({ b: z.string() }) });
    components.add(Outer, 'input');
    z.globalRegistry.remove(Inner);
    z.globalRegistry.add(other, { id: 'TestInner' });
    expect(() => components.add(z.strictObject({ other }), 'input')).toThrow('two schemas have the name TestInner');
    z.globalRegistry.remove(other);
    z.globalRegistry.add(Inner, { id: 'TestInner' });
  });

  it('refuses a schema that contains itself without a name', () => {
    const tree: z.ZodType = z.strictObject({
      get more() {
        return z.array(tree);
      },
    });
    expect(() => new Components().add(z.strictObject({ tree }), 'input')).toThrow('needs a name');
  });
});

it('answers one status with both an answer and a problem', () => {
  const Health = z.strictObject({ status: z.string() });
  const down = route('getReadiness', 'GET /health/ready', {
    answer: Health,
    status: [200, 503],
    refuses: [],
    run: () => ({ status: 'down' }),
  });
  const { paths } = describeApi([down, ...plainRoutes()]);
  const { responses } = Operation.parse(paths['/api/health/ready']?.['get']);
  expect(Object.keys(responses['503']?.content ?? {})).toEqual(['application/json', 'application/problem+json']);
});
