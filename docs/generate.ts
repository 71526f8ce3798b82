/** Writes what follows from the code, pages, the tables for hosts and a configuration: `node docs/generate.ts`. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** Each by its file, from this folder; it is made from what the code itself goes by. A test of its own holds the page on concurrency. */
export const pages: Record<string, () => Promise<string>> = {
  'lifecycle.md': async () => (await import('./generate/lifecycle.ts')).lifecyclePage(),
  'operations.md': async () => (await import('./generate/operations.ts')).operationsPage(),
  'problems.md': async () => (await import('./generate/problems.ts')).problemsPage(),
  'settings.md': async () => (await import('./generate/settings.ts')).settingsPage(),
  'telemetry.md': async () => (await import('./generate/telemetry.ts')).telemetryPage(),
  '../local/servicebus-emulator.json': async () => (await import('./generate/emulator.ts')).emulatorConfig(),
  '../functions/tables.ts': async () => (await import('./generate/tables.ts')).tablesModule(),
};

/** The file as it should stand, formatted as the check asks. */
export async function made(file: string, text: () => Promise<string>): Promise<string> {
  const { pathname } = new URL(file, import.meta.url);
  return format(await text(), { ...(await resolveConfig(pathname)), filepath: pathname });
}

if (import.meta.main) {
  const { concurrencyPage } = await import('./generate/concurrency.ts');
  for (const [file, text] of Object.entries({ ...pages, 'concurrency.md': concurrencyPage })) {
    writeFileSync(new URL(file, import.meta.url), await made(file, text));
  }
}
