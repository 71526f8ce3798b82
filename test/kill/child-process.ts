/** Sets the compile cache, then loads the bundle. */
import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, 'cache'));
createRequire(import.meta.filename)('./lives.cjs');
