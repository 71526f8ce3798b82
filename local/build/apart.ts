/**
 * Packages that weigh too much to be read at each start stand apart, in files of their own beside the bundle; the
 * module that imports one loads its file when it is itself evaluated. See docs/decisions/bundle-in-parts.md.
 */
import { join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin, type PluginBuild } from 'esbuild';

/** File by file, the packages in it. What shares its dependencies shares a file. */
const parts: Record<string, readonly string[]> = {
  azure: ['mssql', '@azure/identity', '@azure/service-bus', '@azure/keyvault-secrets', '@azure/keyvault-keys'],
  outbound: ['undici'],
  prices: ['@pydantic/genai-prices'],
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
export type Wanted = Map<string, Set<string>>;

/** Leaves these packages out of the bundle; `wanted` is told which. */
export const leavingOut = (wanted: Wanted): Plugin => ({
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
      contents: await doorTo(path, String(pluginData)),
    }));
  },
});

/** A module that has the same exports and loads them from the part. */
async function doorTo(specifier: string, part: string): Promise<string> {
  const names = await exportsOf(specifier);
  const named = names.filter((name) => name !== 'default').join(', ');
  return [
    `const { ${named === '' ? '' : `${named}, `}...rest } = require('./apart/${part}.cjs')[${JSON.stringify(specifier)}]();`,
    ...(named === '' ? [] : [`export { ${named} };`]),
    ...(names.includes('default') ? ['export default rest.default;'] : []),
  ].join('\n');
}

/** The names as Node gives them: of CommonJS also what it finds in there, and `default` for all of it. */
const exportsOf = async (specifier: string): Promise<string[]> =>
  Object.keys((await import(specifier)) as object).filter(
    (name) => /^[A-Za-z_$][\w$]*$/.test(name) && !/^(module\.exports)$/.test(name),
  );

/** Makes the files that are left out, in `folder`/apart. */
export async function bundleParts(wanted: Wanted, folder: string, options: BuildOptions): Promise<Metafile[]> {
  const made = [...wanted].map(([part, specifiers]) =>
    build({
      ...options,
      plugins: [...(options.plugins ?? []), asImported],
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
const asImported: Plugin = {
  name: 'as-imported',
  setup: ({ onResolve, onLoad, initialOptions }: PluginBuild) => {
    onResolve({ filter: /^imported:/ }, ({ path }) => ({
      path: path.slice('imported:'.length),
      namespace: 'imported',
    }));
    onLoad({ filter: /./, namespace: 'imported' }, async ({ path }) => ({
      contents: `export * from '${path}';\n${(await exportsOf(path)).includes('default') ? `export { default } from '${path}';` : ''}`,
      resolveDir: initialOptions.absWorkingDir ?? '.',
    }));
  },
};
