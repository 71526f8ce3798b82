/** `npm run build`: the function app in dist/, for `func start`, and dist/start.cjs, which is `npm start` without sources. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './build/bundle.ts';

const folder = join(dirname(import.meta.dirname), 'dist');

rmSync(folder, { recursive: true, force: true });
await bundle({
  folder,
  entries: { functions: 'functions/main.ts', muster: 'functions/azure.ts', start: 'local/start.ts' },
});
console.log('dist/ is built');
