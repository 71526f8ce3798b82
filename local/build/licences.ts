/** The licences of what is in the bundle, in full, as they ask for. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

export function licencesOf(outputs: Metafile['outputs'], root: string): string {
  const folders = Object.values(outputs)
    .flatMap(({ inputs }) => Object.keys(inputs))
    .flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const licences = [...new Set(folders)].map((folder) => licenceOf(join(root, folder)));
  const byText = Map.groupBy(licences, ({ text }) => text);
  const parts = [...byText].map(
    ([text, of]) => `${[...new Set(of.map(({ name }) => name))].toSorted().join('\n')}\n\n${text}`,
  );
  return parts.toSorted().join(`\n\n${'-'.repeat(80)}\n\n`);
}

/** Many have the same text; it stands below all their names. */
function licenceOf(folder: string): { name: string; text: string } {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) throw new Error(`${folder} is in the bundle and has no package.json`);
  const { name, version, license } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>;
  const files = globSync('{LICEN[CS]E,Licen[cs]e,licen[cs]e,NOTICE}*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());
  return { name: `${name} ${version} (${license})`, text: files.toSorted().join('\n\n') };
}
