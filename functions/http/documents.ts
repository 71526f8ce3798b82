/** What explains the API: the OpenAPI document, a page of it, and a page for each problem code. */
import { z } from 'zod';
import { refuse } from '../../shared/outcomes.ts';
import { jsonObject, type Json } from '../../shared/platform/wire.ts';
import { docsPage, problemPage } from './documents-pages.ts';
import { pageHeaders } from './html.ts';
import { describeApi, type OpenApiDocument } from './openapi.ts';
import { reply } from './reply.ts';
import { alone, page, type Route } from './route.ts';

const media = 'text/html; charset=utf-8';

/** `all` gives the whole table, these routes too; the document is made at its first call. */
export function documentRoutes(all: () => readonly Route[]): Route[] {
  let made: OpenApiDocument | undefined;
  const document = () => (made ??= describeApi(all()));
  return [
    alone('getOpenApi', 'GET /openapi.json', {
      answer: jsonObject,
      refuses: [],
      run: () => document() as unknown as { [name: string]: Json }, // made of JSON Schemas and text
    }),
    alone('getDocs', 'GET /docs', {
      answer: z.string(),
      media,
      refuses: [],
      run: () => reply(docsPage(document()), { headers: pageHeaders }),
    }),
    page('getProblem', 'GET /problems/{code}', {
      params: () => z.object({ code: z.string().max(100) }),
      answer: z.string(),
      media,
      refuses: ['not_found'],
      run: ({ input }) => reply(problemPage(input.code, all()) ?? refuse('not_found'), { headers: pageHeaders }),
    }),
  ];
}
