/** What is compared: Muster as it is deployed, an empty function built alike, and Muster with many more operations. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { root } from '../../local/build/app.ts';
import { fillCompileCache } from '../../local/build/compile-cache.ts';
import { packageApp } from '../../local/build/package.ts';

export interface Apps {
  muster: string;
  /** The same with five times as many functions. */
  many: string;
  empty: string;
  /** Asks one function of an app; in plain JavaScript, so that reading TypeScript is not measured. */
  asking: string;
}

const alike: BuildOptions = {
  absWorkingDir: root,
  nodePaths: [join(root, 'node_modules')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  external: ['@azure/functions-core'],
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'error',
};

export async function makeApps(folder: string): Promise<Apps> {
  const at = (name: string) => join(folder, name);
  await packageApp(at('muster'));
  makeMany(at('muster'), at('many'));
  await makeEmpty(at('muster'), at('empty'));
  const asking = at('asking.cjs');
  await build({ ...alike, entryPoints: ['bench/cold-start/first-answer.ts'], outfile: asking });
  return { muster: at('muster'), many: at('many'), empty: at('empty'), asking };
}

const emptyFunction = `import { app } from '@azure/functions';
app.http('getLiveness', {
  methods: ['GET'], route: 'api/health/live', authLevel: 'anonymous',
  handler: async () => ({ status: 200, jsonBody: { status: 'ok' } }),
});`;

/** Its entry sets the compile cache too, and its cache is filled too. */
async function makeEmpty(muster: string, folder: string): Promise<void> {
  mkdirSync(folder);
  for (const file of ['functions.cjs', 'package.json', 'host.json']) cpSync(join(muster, file), join(folder, file));
  const stdin = { contents: emptyFunction, resolveDir: folder };
  await build({ ...alike, stdin, outfile: join(folder, 'muster.cjs') });
  fillCompileCache(folder, { getLiveness: '/api/health/live' });
}

function makeMany(muster: string, folder: string): void {
  cpSync(muster, folder, { recursive: true, filter: (path) => !path.endsWith('/cache') });
  const file = join(folder, 'muster.cjs');
  const text = readFileSync(file, 'utf8');
  const table = /\boperations=(\[\["submitJob".*?\]\])/s.exec(text);
  if (table === null) throw new Error('the bundle has no table of operations where one was expected');
  const row = '["","A","B","C","D"].map(more=>[name+more,address+(more&&"/"+more),load])';
  const more = `operations=${table[1]}.flatMap(([name,address,load])=>${row})`;
  writeFileSync(
    file,
    text.replace(table[0], () => more),
  );
  fillCompileCache(folder);
}
