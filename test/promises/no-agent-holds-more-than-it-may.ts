import { note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

const live = `(select count(*) from tasks where holder_id = agents.id and state = 'running' and lease_until > now_plus(0))`;

export const noAgentHoldsMoreThanItMay: Promised = {
  sentence: 'An agent never holds more live leases than its `max_concurrent_tasks`.',
  watch: [
    notes,
    `create trigger watch_leases after update on tasks when new.state = 'running' and old.state <> 'running'
     begin ${note('leases', `id || ' holds ' || ${live} || ' of ' || max_concurrent_tasks`, `from agents where id = new.holder_id and ${live} > max_concurrent_tasks`)} end`,
  ],
  atEnd: (look) => noted(look, 'leases'),
};
