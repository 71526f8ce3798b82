/** `npm run build`: plain JavaScript in dist/, for a Node that is to read no TypeScript; `node dist/local/start.js` runs it. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
const schema = join('shared', 'platform', 'database', 'sqlite');
cpSync(join(root, schema), join(root, 'dist', schema), { recursive: true });
console.log('dist/ is built');
