/** The operations that explain the API, wherever the documents come from. */
import { z } from 'zod';
import { refuse } from '../../shared/outcomes.ts';
import { jsonObject, type Json } from '../../shared/platform/wire.ts';
import { pageHeaders } from './html.ts';
import { reply } from './reply.ts';
import { alone, page, type Route } from './route.ts';

const media = 'text/html; charset=utf-8';

export interface Documents {
  openApi(): { [name: string]: Json };
  docsPage(): string;
  /** undefined for a code that there is not. */
  problemPage(code: string): string | undefined;
}

export const routesTo = (documents: Documents): Route[] => [
  alone('getOpenApi', 'GET /openapi.json', {
    answer: jsonObject,
    refuses: [],
    run: () => documents.openApi(),
  }),
  alone('getDocs', 'GET /docs', {
    answer: z.string(),
    media,
    refuses: [],
    run: () => reply(documents.docsPage(), { headers: pageHeaders }),
  }),
  page('getProblem', 'GET /problems/{code}', {
    params: () => z.object({ code: z.string().max(100) }),
    answer: z.string(),
    media,
    refuses: ['not_found'],
    run: ({ input }) => reply(documents.problemPage(input.code) ?? refuse('not_found'), { headers: pageHeaders }),
  }),
];
