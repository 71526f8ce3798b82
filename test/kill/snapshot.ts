/**
 * Makes a process cheap: all its modules are evaluated once, and each process begins with the memory that they left
 * (a startup snapshot). What Node can't keep in one is loaded where a process first uses it.
 */
import { execFile } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { root } from '../../local/build/app.ts';

/** In a file of its own: few lives call anybody, and it weighs as much as all the rest. */
const apart = 'undici';

/** What no life reaches. */
const never = ['mssql', '@azure/*', 'applicationinsights', '@opentelemetry/sdk-*', '@opentelemetry/exporter-*'].concat([
  '@opentelemetry/resources',
  'gpt-tokenizer',
  '@pydantic/genai-prices',
]);

const usual: BuildOptions = {
  ...{ absWorkingDir: root, bundle: true, platform: 'node', format: 'cjs', target: 'node24', logLevel: 'warning' },
  ...{ minifyWhitespace: true, minifySyntax: true, legalComments: 'none' },
};

const run = promisify(execFile);

/** Gives the file of the snapshot, in `home`. */
export async function makeSnapshot(home: string): Promise<string> {
  const at = (name: string) => join(home, name);
  cpSync(join(root, 'shared/platform/database/sqlite'), at('sqlite'), { recursive: true }); // beside the bundle
  await build({ ...usual, entryPoints: [apart], outfile: at('apart.cjs') });
  await run(process.execPath, ['-e', loading(home)]); // fills the compile cache, for which a killed process has no time
  await build({
    ...usual,
    ...{ format: 'iife', outfile: at('child.cjs'), external: never, plugins: [later(home)] },
    entryPoints: [join(root, 'test/kill/child-process.ts')],
    define: { 'import.meta.dirname': '__dirname', 'import.meta.url': 'urlOfTheBundle', 'import.meta.main': 'false' },
    banner: { js: "const urlOfTheBundle = require('node:url').pathToFileURL(__filename).href;" },
  });
  writeFileSync(at('snapshot.json'), JSON.stringify({ builder: at('child.cjs'), withoutCodeCache: true })); // half as large
  await run(process.execPath, ['--snapshot-blob', at('child.blob'), '--build-snapshot-config', at('snapshot.json')]);
  return at('child.blob');
}

const later = (home: string): Plugin => ({
  name: 'later',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(node:sqlite|node:tls|undici)$/ }, ({ path }) => ({ path, namespace: 'later' }));
    onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
      contents: `module.exports = ${path === apart ? loading(home) : doorsOf(path)}`,
    }));
    // Of our own modules none is there for what its evaluation does, and of zod only English is wanted.
    onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    }));
    onLoad({ filter: /zod.v4.locales.index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';" }));
  },
});

/** With objects of the machine, which no snapshot can hold: each export is looked up where it is used. */
function doorsOf(path: string): string {
  const names = Object.keys(createRequire(import.meta.filename)(path) as object);
  const doors = names.map((name) => `get ${name}() { return process.getBuiltinModule('${path}').${name}; }`);
  return `{ ${doors.join(', ')} }`;
}

/** A snapshot's own `require` knows nothing but what comes with Node. */
const loading = (home: string): string => `(({ createRequire, enableCompileCache }) => {
  enableCompileCache(${JSON.stringify(join(home, 'cache'))});
  return createRequire('/')(${JSON.stringify(join(home, 'apart.cjs'))});
})(process.getBuiltinModule('node:module'))`;
