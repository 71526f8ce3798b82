/** What explains the API: the OpenAPI document, a page of it, and a page for each problem code. */
import type { Json } from '../../shared/platform/wire.ts';
import { routesTo, type Documents } from './document-routes.ts';
import { docsPage, problemPage } from './documents-pages.ts';
import { describeApi, type OpenApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

/** Describes `all`, the whole table; the document is made at its first call. */
export function documentsOf(all: () => readonly Route[]): Documents {
  let made: OpenApiDocument | undefined;
  const document = () => (made ??= describeApi(all()));
  return {
    openApi: () => document() as unknown as { [name: string]: Json }, // made of JSON Schemas and text
    docsPage: () => docsPage(document()),
    problemPage: (code) => problemPage(code, all()),
  };
}

export const documentRoutes = (all: () => readonly Route[]): Route[] => routesTo(documentsOf(all));
