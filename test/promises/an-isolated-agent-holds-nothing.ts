import { note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

export const anIsolatedAgentHoldsNothing: Promised = {
  sentence: 'An agent that is isolated holds nothing from that commit on, and only an active one is given anything.',
  watch: [
    notes,
    `create trigger watch_isolations after insert on events when new.type in ('isolated', 'redistributed')
     begin ${note('isolated', "id || ' is left with ' || new.stream", "from tasks where state = 'running' and 'agent:' || holder_id = new.stream")} end`,
    `create trigger watch_takers after update on tasks
     when new.state = 'running' and new.fence <> old.fence
     begin ${note('isolated', "new.id || ' is given to ' || id || ', which is ' || state", "from agents where id = new.holder_id and state <> 'active'")} end`,
  ],
  atEnd: (look) => noted(look, 'isolated'),
};
