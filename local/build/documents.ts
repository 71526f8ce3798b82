/** Writes what explains the API beside the bundle: `static/` with the OpenAPI document and its pages. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentsOf } from '../../functions/http/documents.ts';
import { routes } from '../../functions/routes.ts';
import { problems } from '../../shared/problems.ts';

export function writeDocuments(folder: string): void {
  const documents = documentsOf(() => routes);
  mkdirSync(join(folder, 'static/problems'), { recursive: true });
  const write = (file: string, text: string) => writeFileSync(join(folder, 'static', file), text);
  write('openapi.json', JSON.stringify(documents.openApi()));
  write('docs.html', documents.docsPage());
  for (const code of Object.keys(problems)) write(`problems/${code}.html`, documents.problemPage(code) ?? '');
}
