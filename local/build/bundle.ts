/** Makes one CommonJS file of an entry and everything that it uses; what is imported by `await import()` is evaluated there. */
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { bundleParts, leavingOut, nothingApart } from './apart.ts';

/** Messages of zod in forty other languages, which nobody asks for. */
const zodInEnglish: Plugin = {
  name: 'zod-in-english',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    })),
};

/** CommonJS has no `import.meta`; files that are read from beside a module are put beside the bundle. */
const aboutTheModule = {
  define: {
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
    'import.meta.url': 'urlOfTheBundle',
    'import.meta.main': 'false',
  },
  banner: { js: "const urlOfTheBundle = require('node:url').pathToFileURL(__filename).href;" },
};

const usual: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  external: ['@azure/functions-core'], // given by the worker
  plugins: [zodInEnglish],
  legalComments: 'none', // `npm run package` adds the licences in full
  logLevel: 'warning',
  ...aboutTheModule,
};

export interface Bundling {
  /** Where sources are. */
  root: string;
  folder: string;
  /** File in the folder by its source, such as `{ muster: 'functions/azure.ts' }` for `muster.cjs`. */
  entries: Record<string, string>;
  /** Smaller, with names kept, so that stack traces can be read. */
  minify?: boolean;
}

/** Gives what went into which file. */
export async function bundle({ root, folder, entries, minify = true }: Bundling): Promise<Metafile['outputs']> {
  const options = { ...usual, absWorkingDir: root, minifyWhitespace: minify, minifySyntax: minify };
  const apart = nothingApart();
  const { metafile } = await build({
    ...options,
    plugins: [...(usual.plugins ?? []), leavingOut(apart)],
    entryPoints: entries,
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    metafile: true,
  });
  const parts = await bundleParts(apart, folder, options);
  return Object.fromEntries([metafile, ...parts].flatMap(({ outputs }) => Object.entries(outputs)));
}
