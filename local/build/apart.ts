/**
 * Packages that weigh too much to be read at each start stand apart, in files of their own beside the bundle; the
 * module that imports one loads its file when it is itself evaluated. See docs/decisions/bundle-in-parts.md.
 */
import { join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

/** File by file, the packages in it. What shares its dependencies shares a file. */
const parts: Record<string, readonly string[]> = {
  azure: ['mssql', '@azure/identity', '@azure/service-bus', '@azure/keyvault-secrets', '@azure/keyvault-keys'],
  outbound: ['undici'],
  prices: ['@pydantic/genai-prices'],
  schemas: ['ajv'],
  telemetry: [
    'applicationinsights',
    '@opentelemetry/exporter-metrics-otlp-http',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-metrics',
    '@opentelemetry/sdk-trace-base',
  ],
  tokens: ['gpt-tokenizer'],
};

const partOf = new Map(Object.entries(parts).flatMap(([part, names]) => names.map((name) => [name, part] as const)));

/** `@azure/identity` of `@azure/identity/some/file`. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** What the bundle imports from each part; filled while it is made. */
export interface Apart {
  wanted: Map<string, Set<string>>;
  exportsOf: ExportsOf;
}

type ExportsOf = (specifier: string) => Promise<string[]>;

export const nothingApart = (): Apart => ({ wanted: new Map(), exportsOf: exportsReader() });

/** The names as Node gives them: of CommonJS also what it finds in there, and `default` for all of it. */
function exportsReader(): ExportsOf {
  let last: Promise<unknown> = Promise.resolve(); // one after the other: some cannot be loaded from two sides at once
  return (specifier) => {
    const names = last.then(async () => Object.keys((await import(specifier)) as object));
    last = names.catch(() => []); // told to whoever asked
    return names.then((all) => all.filter((name) => /^[A-Za-z_$][\w$]*$/.test(name)));
  };
}

/** Leaves these packages out of the bundle, and writes down which. */
export const leavingOut = ({ wanted, exportsOf }: Apart): Plugin => ({
  name: 'leaving-out',
  setup: (building) => {
    building.onResolve({ filter: /^[@a-z]/ }, ({ path, namespace }) => {
      const part = namespace === 'file' ? partOf.get(packageOf(path)) : undefined;
      if (part === undefined) return undefined;
      wanted.set(part, (wanted.get(part) ?? new Set()).add(path));
      return { path, namespace: 'apart', pluginData: part };
    });
    building.onResolve({ filter: /^\.\/apart\//, namespace: 'apart' }, ({ path }) => ({ path, external: true }));
    building.onLoad({ filter: /./, namespace: 'apart' }, async ({ path, pluginData }) => ({
      contents: doorTo(path, String(pluginData), await exportsOf(path)),
    }));
  },
});

/** A module that has the same exports and loads them from the part. */
function doorTo(specifier: string, part: string, names: readonly string[]): string {
  const named = names.filter((name) => name !== 'default').join(', ');
  return [
    `const all = require('./apart/${part}.cjs')[${JSON.stringify(specifier)}]();`,
    `export const { ${named} } = all;`,
    ...(names.includes('default') ? ['export default all.default;'] : []),
  ].join('\n');
}

/** Makes the files that are left out, in `folder`/apart. Nobody reads their code, but their names are part of messages. */
export async function bundleParts(apart: Apart, folder: string, options: BuildOptions): Promise<Metafile[]> {
  const made = [...apart.wanted].map(([part, specifiers]) =>
    build({
      ...options,
      minify: true,
      keepNames: true,
      plugins: [...(options.plugins ?? []), asImported(apart.exportsOf)],
      stdin: { contents: rowsOf([...specifiers].toSorted()), resolveDir: options.absWorkingDir ?? '.' },
      outfile: join(folder, 'apart', `${part}.cjs`),
      metafile: true,
    }),
  );
  return (await Promise.all(made)).map(({ metafile }) => metafile);
}

/** Each is evaluated when it is asked for, not all of them with the file. */
const rowsOf = (specifiers: readonly string[]): string =>
  specifiers.map((name) => `exports[${JSON.stringify(name)}] = () => require('imported:${name}');`).join('\n');

/** Packages as `import` finds them, which may not be what `require` finds. */
const asImported = (exportsOf: ExportsOf): Plugin => ({
  name: 'as-imported',
  setup: ({ onResolve, onLoad, initialOptions }) => {
    onResolve({ filter: /^imported:/ }, ({ path }) => ({
      path: path.slice('imported:'.length),
      namespace: 'imported',
    }));
    onLoad({ filter: /./, namespace: 'imported' }, async ({ path }) => ({
      contents: [
        `export * from '${path}';`,
        ...((await exportsOf(path)).includes('default') ? [`export { default } from '${path}';`] : []),
      ].join('\n'),
      resolveDir: initialOptions.absWorkingDir ?? '.',
    }));
  },
});
