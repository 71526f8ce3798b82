/** The folder to deploy: it needs no node_modules, and nothing else of the sources. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { buildApp, root } from './app.ts';
import { fillCompileCache } from './compile-cache.ts';
import { licencesOf } from './licences.ts';

/** Gives what went into which file of the bundle. */
export async function packageApp(folder: string): Promise<Metafile['outputs']> {
  const outputs = await buildApp(folder);
  for (const file of ['host.json', 'LICENSE']) cpSync(join(root, file), join(folder, file));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  writeFileSync(join(folder, 'THIRD-PARTY-LICENCES.txt'), licencesOf(outputs, root));
  fillCompileCache(folder);
  return outputs;
}

/** What the host looks for; there is nothing to install or to run. */
function manifest(): object {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  const { name, version, license, engines } = JSON.parse(text) as Record<string, unknown>;
  return { name, version, license, private: true, main: 'functions.cjs', engines };
}
