/** The documents as the build has written them, so that reading one does not load every route. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../shared/platform/wire.ts';
import { problems } from '../../shared/problems.ts';
import { routesTo } from './document-routes.ts';

/** Beside the bundle. */
const folder = join(import.meta.dirname, 'static');

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

export const builtDocumentRoutes = routesTo({
  openApi: () => JSON.parse(read('openapi.json')) as { [name: string]: Json },
  docsPage: () => read('docs.html'),
  problemPage: (code) => (Object.hasOwn(problems, code) ? read(`problems/${code}.html`) : undefined),
});
