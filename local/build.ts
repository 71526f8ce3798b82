/** `npm run build`: the function app in dist/, for `func start`, and dist/start.cjs, which is `npm start` without sources. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { appEntries, buildApp, root } from './build/app.ts';

const folder = join(root, 'dist');

rmSync(folder, { recursive: true, force: true });
await buildApp(folder, { ...appEntries, start: 'local/start.ts' });
console.log('dist/ is built');
