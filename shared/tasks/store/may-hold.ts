/** How many tasks an agent may hold, as `effectiveConcurrency` says; in a statement that names `agents`. */
import { sql } from 'kysely';

export const mayHold = sql<number>`case
  when agents.measured_capacity < agents.max_concurrent_tasks then agents.measured_capacity
  else agents.max_concurrent_tasks end`;
