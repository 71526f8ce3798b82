/** The function app as files: the bundle, and what it reads from beside itself. */
import { cpSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundle } from './bundle.ts';
import { writeDocuments } from './documents.ts';

export const root = dirname(dirname(import.meta.dirname));

/** `functions.cjs`, which sets the compile cache and loads `muster.cjs`. Gives what went into which file. */
export const appEntries = { functions: 'functions/main.ts', muster: 'functions/azure.ts' };

export async function buildApp(
  folder: string,
  entries: Record<string, string> = appEntries,
): Promise<Metafile['outputs']> {
  const outputs = await bundle({ root, folder, entries });
  writeDocuments(folder);
  for (const file of globSync('shared/platform/database/*/*.sql', { cwd: root })) {
    cpSync(join(root, file), join(folder, basename(dirname(file)), basename(file)));
  }
  return outputs;
}
