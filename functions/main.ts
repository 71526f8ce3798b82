/**
 * The entry of the function app: sets the compile cache, then loads the bundle. Nothing else stands here, because an
 * exception before the first function is named leaves the host with none.
 */
import { constants, createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';

const shipped = enableCompileCache({ directory: join(import.meta.dirname, 'cache'), portable: true });
// Shipped for another Node, and not to be written to: then a cache that this machine keeps.
if (shipped.status === constants.compileCacheStatus.FAILED) enableCompileCache();
createRequire(import.meta.filename)('./muster.cjs');
