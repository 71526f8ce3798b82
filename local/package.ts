/** `npm run package`: makes dist/package/, the folder to deploy. */
import { globSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build/app.ts';
import { packageApp } from './build/package.ts';

const folder = join(root, 'dist/package');

rmSync(folder, { recursive: true, force: true });
await packageApp(folder);
const sizes = globSync('**/*', { cwd: folder }).map((file) => statSync(join(folder, file)));
const bytes = sizes.reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
console.log(`dist/package/ is ready to deploy: ${(bytes / 1e6).toFixed(1)} MB`);
