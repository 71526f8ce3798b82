/** The pages that {@link documentRoutes} serves. */
import { problemOf, problems, type ProblemCode } from '../../shared/problems.ts';
import { codesOf } from './codes.ts';
import type { JsonSchema } from './components.ts';
import { markup, pageOf, type Html } from './html.ts';
import type { OpenApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters: { name: string; in: string; required: boolean; description?: string; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: JsonSchema }> }>;
}

/** Every operation by subject, then every schema. */
export function docsPage({ paths, tags, components }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...(operation as unknown as Operation) })), // as openapi.ts made it
  );
  const subjects = tags.map(({ name }) => String(name));
  return pageOf(
    'API',
    markup`<p>
        The same as a document for programs: <a href="/api/openapi.json">openapi.json</a>. Send
        <code>Authorization: Bearer mk.…</code>, or a token of Entra ID.
      </p>
      <nav>
        <ul>
          ${subjects.map((name) => markup`<li><a href="#${name}">${name}</a></li>`)}
          <li><a href="#schemas">schemas</a></li>
          <li><a href="#problems">problems</a></li>
        </ul>
      </nav>
      ${subjects.map(
        (name) =>
          markup`<h2 id="${name}">${name}</h2>
            ${operations.filter(({ tags: of }) => of.includes(name)).map(operationPart)}`,
      )}
      <h2 id="schemas">Schemas</h2>
      ${Object.entries(components.schemas).map(
        ([name, schema]) =>
          markup`<h3 id="schema-${name}">${name}</h3>
            ${schemaPart(schema)}`,
      )}
      <h2 id="problems">Problems</h2>
      <ul>
        ${Object.keys(problems).map(
          (code) =>
            markup`<li>
              <a href="/problems/${code}"><code>${code}</code></a>
            </li>`,
        )}
      </ul>`,
  );
}

const operationPart = ({ path, method, ...operation }: Operation & { path: string; method: string }): Html =>
  markup` <section id="${operation.operationId}">
    <h3>${operation.summary}</h3>
    <p>
      <code><span class="method">${method.toUpperCase()}</span> ${path}</code>
    </p>
    <p>${operation.description}</p>
    ${
      operation.parameters.length === 0
        ? ''
        : markup`<table>
            <tr>
              <th>parameter</th>
              <th>in</th>
              <th></th>
            </tr>
            ${operation.parameters.map(parameterPart)}
          </table>`
    }
    ${Object.values(operation.requestBody?.content ?? {}).map(
      ({ schema }) =>
        markup`<p>Body:</p>
          ${schemaPart(schema)}`,
    )}
    <table>
      <tr>
        <th>status</th>
        <th></th>
        <th>answer</th>
      </tr>
      ${Object.entries(operation.responses).map(
        ([status, { description, content = {} }]) =>
          markup`<tr>
            <td>${status}</td>
            <td>${description}</td>
            <td>${Object.values(content).map(({ schema }) => schemaName(schema))}</td>
          </tr>`,
      )}
    </table>
  </section>`;

const parameterPart = ({
  name,
  in: place,
  required,
  description = '',
  schema,
}: Operation['parameters'][number]): Html =>
  markup`<tr>
    <td><code>${name}</code>${required ? '' : ' (optional)'}</td>
    <td>${place}</td>
    <td>${description} <code>${JSON.stringify(schema)}</code></td>
  </tr>`;

const refName = (schema: JsonSchema | undefined): string | undefined => {
  const ref = schema?.['$ref'];
  return typeof ref === 'string' ? ref.split('/').at(-1) : undefined;
};

function schemaName(schema: JsonSchema | undefined): Html {
  const name = refName(schema);
  return name === undefined ? markup`` : markup`<a href="#schema-${name}">${name}</a>`;
}

const schemaPart = (schema: JsonSchema): Html =>
  refName(schema) === undefined
    ? markup`<pre>${JSON.stringify(schema, null, 2)}</pre>`
    : markup`<p>${schemaName(schema)}</p>`;

/** What a code means, what to do, and who answers with it; undefined for a code that there is not. */
export function problemPage(code: string, routes: readonly Route[]): string | undefined {
  if (!Object.hasOwn(problems, code)) return undefined;
  const known = code as ProblemCode; // a key of the catalogue
  const { status, title, remedy } = problemOf(known);
  const names = routes.filter((route) => codesOf(route).includes(known)).map(({ name }) => name);
  return pageOf(
    title,
    markup`<p><code>${code}</code>, HTTP status ${status}.</p>
      <p>${remedy}</p>
      ${
        names.length === 0
          ? ''
          : markup`<h2>Who may answer with it</h2>
              <ul>
                ${names.map((name) => markup`<li><a href="/api/docs#${name}">${name}</a></li>`)}
              </ul>`
      }`,
  );
}
