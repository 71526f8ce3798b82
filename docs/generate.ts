/** Writes the pages that say what the code says: `node docs/generate.ts`. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** Each page by its file in this folder; a page is made from what the code itself goes by. */
export const pages: Record<string, () => Promise<string>> = {
  'lifecycle.md': async () => (await import('./generate/lifecycle.ts')).lifecyclePage(),
  'operations.md': async () => (await import('./generate/operations.ts')).operationsPage(),
  'problems.md': async () => (await import('./generate/problems.ts')).problemsPage(),
  'settings.md': async () => (await import('./generate/settings.ts')).settingsPage(),
};

/** The page as it should stand, formatted as the check asks. */
export async function made(page: () => Promise<string>): Promise<string> {
  const here = new URL(import.meta.url).pathname;
  return format(await page(), { ...(await resolveConfig(here)), parser: 'markdown' });
}

if (import.meta.main) {
  for (const [file, page] of Object.entries(pages)) writeFileSync(new URL(file, import.meta.url), await made(page));
}
