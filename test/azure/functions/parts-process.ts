/** A process that loads every package that stands apart, and prints how many names each exports. */
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder = '.'] = process.argv.slice(2);
const load = createRequire(import.meta.filename) as (file: string) => Record<string, () => object>;

const loaded = globSync('*.cjs', { cwd: folder })
  .flatMap((file) => Object.entries(load(join(folder, file))))
  .map(([name, part]) => [name, Object.keys(part()).length] as const);
process.stdout.write(JSON.stringify(Object.fromEntries(loaded)), () => process.exit(0));
