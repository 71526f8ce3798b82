import { found, note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

/** What is counted as taken is what is held, in every resource. */
const miscounted = `select name || ' counts ' || allocated || ' and has given ' || held words from
    (select name, allocated, (select coalesce(sum(amount), 0) from allocations where resource_name = name) held
     from resources)
  where allocated <> held`;

export const noResourceBeyondItsCapacity: Promised = {
  sentence: 'A resource is never allocated beyond capacity.',
  watch: [
    notes,
    `create trigger watch_allocations after update on resources
     when new.allocated > old.allocated and new.allocated > new.capacity
     begin ${note('resources', "new.name || ' has ' || new.capacity || ' and gave ' || new.allocated")} end`,
  ],
  now: miscounted,
  atEnd: (look) => [...noted(look, 'resources'), ...found(look, miscounted)],
};
