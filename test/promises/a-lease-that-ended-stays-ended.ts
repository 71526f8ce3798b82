import { note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

const renewed = `old.state = 'running' and new.state = 'running' and new.fence = old.fence
  and new.lease_until is not old.lease_until`;

export const aLeaseThatEndedStaysEnded: Promised = {
  sentence: 'A lease that ran out is renewed by nobody, nor one that was told to stop, and none past its time limit.',
  watch: [
    notes,
    `create trigger watch_renewals after update on tasks when ${renewed}
     begin
       ${note('renewals', "new.id || ' was renewed after its lease had ended'", 'where old.lease_until <= now_plus(0)')}
       ${note('renewals', "new.id || ' was renewed though it is to stop'", 'where old.stop_reason is not null')}
       ${note('renewals', "new.id || ' is held for longer than it may take'", 'where new.lease_until > new.stop_at')}
     end`,
  ],
  atEnd: (look) => noted(look, 'renewals'),
};
