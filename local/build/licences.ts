/** The licences of what is in the bundle, in full, as they ask for. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

export function licencesOf(outputs: Metafile['outputs'], root: string): string {
  const folders = new Set(
    Object.values(outputs)
      .flatMap(({ inputs }) => Object.keys(inputs))
      .flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...folders]
    .map((folder) => licenceOf(join(root, folder)))
    .toSorted()
    .join('\n\n');
}

function licenceOf(folder: string): string {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) throw new Error(`${folder} is in the bundle and has no package.json`);
  const { name, version, license } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>;
  const texts = globSync('{LICEN[CS]E,Licen[cs]e,licen[cs]e,NOTICE}*', { cwd: folder }).toSorted();
  const said = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...said].join('\n\n');
}
