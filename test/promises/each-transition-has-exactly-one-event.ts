import { found, note, noted, notes } from './noted.ts';
import type { Look, Promised } from './promised.ts';

/** Tables whose rows carry a stream: its name, and the columns of which an event tells. */
const tables: Record<string, { stream: string; told: string }> = {
  jobs: { stream: 'id', told: 'state deployment_id stop_reason outcome' },
  approvals: { stream: 'id', told: 'state granted_at electorate cost_ceiling_micros' },
  agents: {
    stream: "'agent:' || id",
    told: 'state role capabilities categories owner_id max_concurrent_tasks endpoint model',
  },
  principals: { stream: "'principal:' || id", told: 'name roles owner_id disabled_at' },
  tools: { stream: "'tool:' || name", told: 'tool_type probe_url rate_limit secret_name deleted_at' },
  verifiers: { stream: "'verifier:' || name", told: 'url agent_id categories deleted_at' },
  resources: { stream: "'resource:' || name", told: 'resource_type unit capacity deleted_at' },
  templates: { stream: "'template:' || name", told: 'definition' },
  message_types: { stream: "'message_type:' || name", told: 'body_schema max_bytes' },
  budgets: { stream: "'budget:' || scope || ':' || period", told: 'limit_micros' },
};

const withState = ['jobs', 'approvals', 'agents'];

function watchOf([table, { stream, told }]: [string, (typeof tables)[string]]): string[] {
  const name = stream.replaceAll(/\b(id|name|scope|period)\b/g, 'new.$1');
  const differs = ['version', ...told.split(' ')].map((column) => `new.${column} is not old.${column}`).join(' or ');
  const states = withState.includes(table) ? 'old.state, new.state' : "'', ''";
  return [
    `create trigger watch_moves_of_${table} after update on ${table} when ${differs}
     begin
       insert or replace into owed values (${name}, new.version);
       insert into moved values (${name}, old.version, new.version, ${states});
     end`,
    `create trigger watch_beginnings_of_${table} after insert on ${table}
     begin insert or replace into owed values (${name}, new.version); end`,
    `create trigger watch_ends_of_${table} after delete on ${table}
     begin ${note('events', `'a row of ${table} is gone'`)} end`,
  ];
}

/**
 * A row that begins or changes is owed the event of its new version, which clears the debt in the same transaction.
 * Several transitions may be one write: then each has its event.
 */
const watch = [
  notes,
  'create table owed (stream text primary key, number integer) without rowid',
  'create table moved (stream text, began integer, number integer, was text, became text)',
  `create trigger watch_events after insert on events begin
     ${note('events', "new.stream || ' goes to ' || new.number", 'where new.number > 1 and not exists (select 1 from events where stream = new.stream and number = new.number - 1)')}
     delete from owed where stream = new.stream and number = new.number;
   end`,
  ...Object.entries(tables).flatMap(watchOf),
];

const owing = "select stream || ' has no event ' || number words from owed";

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
    const isTold = !stream.startsWith('job_') || (leads && told.at(-1)?.to === became); // others tell no states
    const isWhole = follows && number > began && told.length === number - began;
    return isTold && isWhole
      ? []
      : [`${stream} went from ${was || 'one'} to ${became || 'another'} as ${began} to ${number}, which is not told`];
  });
}

export const eachTransitionHasExactlyOneEvent: Promised = {
  sentence: 'Each transition named under "Events" has exactly one event.',
  watch,
  now: owing,
  atEnd: (look) => [...noted(look, 'events'), ...found(look, owing), ...untold(look)],
};
