/** Azure SQL: a pool of connections, none of them opened before the first use. */
import type { Database } from '../platform.ts';
import { openEngine } from './azure-sql/engine.ts';
import { openPool, type Patience } from './azure-sql/pool.ts';
import { withSchema } from './azure-sql/schema.ts';
import { withBreaker } from './breaker.ts';
import { openTransactions, type Engine, type Surroundings } from './transactions.ts';

export interface AzureSqlOptions {
  /** Stands between transactions and the server, in tests of what may go wrong there. */
  through?: ((engine: Engine) => Engine) | undefined;
  /** Shorter times, for tests. */
  patience?: Partial<Patience> | undefined;
}

export async function openAzureSql({ through, patience }: AzureSqlOptions, around: Surroundings): Promise<Database> {
  const engine = openEngine(withSchema(await openPool(around.config, patience)), around);
  return openTransactions(withBreaker(through?.(engine) ?? engine, around.clock), around);
}
