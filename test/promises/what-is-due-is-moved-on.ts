import { note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

const rows = ['jobs', 'approvals', 'asks'];

export const whatIsDueIsMovedOn: Promised = {
  sentence: 'A sweep moves what was due on in the same statement.',
  watch: [
    notes,
    ...rows.map(
      (table) => `create trigger watch_due_${table} after update of due_seconds on ${table}
        when new.due_seconds > old.due_seconds and new.due_at <= now_plus(0) and new.state = old.state
        begin ${note('due', "new.id || ' was swept, and is as due as before'")} end`,
    ),
  ],
  atEnd: (look) => noted(look, 'due'),
};
