import { note, noted, notes } from './noted.ts';
import type { Look, Promised } from './promised.ts';

/** Tables whose rows have a state and carry a stream, with the stream's name. */
const tables = { jobs: 'new.id', approvals: 'new.id', agents: "'agent:' || new.id" };

/**
 * A row that moves is owed the event of its new version, which clears the debt in the same transaction. Several
 * transitions may be one write: then each has its event.
 */
const watch = [
  notes,
  'create table owed (stream text primary key, number integer) without rowid',
  'create table moved (stream text, began integer, number integer, was text, became text)',
  `create trigger watch_events after insert on events begin
     ${note('events', "new.stream || ' goes to ' || new.number", 'where new.number > 1 and not exists (select 1 from events where stream = new.stream and number = new.number - 1)')}
     delete from owed where stream = new.stream and number = new.number;
   end`,
  ...Object.entries(tables).flatMap(([table, stream]) => [
    `create trigger watch_moves_of_${table} after update on ${table}
     when new.version <> old.version or new.state <> old.state
     begin
       insert or replace into owed values (${stream}, new.version);
       insert into moved values (${stream}, old.version, new.version, old.state, new.state);
     end`,
  ]),
];

const owing = ({ rows }: Look): string[] =>
  rows<{ words: string }>("select stream || ' has no event ' || number words from owed").map(({ words }) => words);

interface Move {
  stream: string;
  began: number;
  number: number;
  was: string;
  became: string;
  path: string;
}

/** Transitions of jobs that no event tells as they were; what the events of a write tell leads from one to the next. */
function untold({ rows }: Look): string[] {
  const moves = rows<Move>(
    `select moved.*, (select json_group_array(json(data)) from (select data from events
       where events.stream = moved.stream and events.number > moved.began and events.number <= moved.number
       order by events.number)) path from moved`,
  );
  const ends = new Map<string, number>();
  return moves.flatMap(({ stream, began, number, was, became, path }) => {
    const told = JSON.parse(path) as { from?: string; to?: string }[];
    const follows = (ends.get(stream) ?? began) === began;
    ends.set(stream, number);
    const leads = [was, ...told.map(({ to }) => to)].every(
      (state, at) => at === told.length || told[at]?.from === state,
    );
    const isTold = !stream.startsWith('job_') || (leads && told.at(-1)?.to === became);
    const isWhole = follows && number > began && told.length === number - began;
    return isTold && isWhole
      ? []
      : [`${stream} went from ${was} to ${became} as ${began} to ${number}, which is not told`];
  });
}

export const eachTransitionHasExactlyOneEvent: Promised = {
  sentence: 'Each transition named under "Events" has exactly one event.',
  watch,
  now: owing,
  atEnd: (look) => [...noted(look, 'events'), ...owing(look), ...untold(look)],
};
