import { note, noted, notes } from './noted.ts';
import type { Look, Promised } from './promised.ts';
import { blockedIn, deadline, validity } from './times.ts';
import { deploymentsIn, type Deployed } from './told.ts';

interface Told {
  id: string;
  deployment_id: string;
  granted_at: string | null;
  type: string;
  at: string;
  settled: string | null;
}

const told = `select approvals.id, deployment_id, granted_at, type, at, data ->> 'settled' settled
  from approvals join events on stream = approvals.id order by approvals.id, number`;

/** What blocks have left of a second is given as a whole one. */
const roundedUp = 1000;

/** A time that a question has while its job is not blocked. */
interface Lapse {
  run: Deployed;
  from: Told;
  to: Told;
  most: number;
}

function isOver({ run, from, to, most }: Lapse): boolean {
  const [began, ended] = [Date.parse(from.at), Date.parse(to.at)];
  const blocks = run.told.filter(({ data }) => data.to === 'blocked').length;
  return ended - began - blockedIn(run, [began, ended]) >= most + blocks * roundedUp;
}

function wrongWith(run: Deployed, lines: Told[]): string[] {
  const [opened] = lines;
  const granted = lines.find(({ settled }) => settled === 'granted');
  const consumed = lines.find(({ type }) => type === 'consumed');
  if (opened === undefined) return [];
  const late = lines.filter(
    (line) => ['ballot_cast', 'counted'].includes(line.type) && isOver({ run, from: opened, to: line, most: deadline }),
  );
  return [
    ...late.map(({ id, type }) => `${id} has a ${type} after its deadline`),
    ...(opened.granted_at === (granted?.at ?? null) ? [] : [`${opened.id} was not granted when it says so`]),
    ...(granted !== undefined && consumed !== undefined && isOver({ run, from: granted, to: consumed, most: validity })
      ? [`${opened.id} was used when its grant was too old`]
      : []),
  ];
}

export const aGrantIsUsedInItsTime: Promised = {
  sentence:
    'Nothing executes without an approval: one that was granted before its deadline, and is used before its grant is too old.',
  watch: [
    notes,
    `create trigger watch_closed_questions after update on approvals
     when old.state in ('rejected', 'expired', 'voided', 'consumed') and new.state <> old.state
     begin ${note('grants', "new.id || ' was ' || old.state || ' and is ' || new.state")} end`,
  ],
  atEnd: (look: Look) => {
    const runs = new Map(deploymentsIn(look).map((run) => [run.id, run]));
    const questions = Map.groupBy(look.rows<Told>(told), ({ id }) => id);
    const wrong = [...questions.values()].flatMap((lines) => {
      const run = runs.get(lines[0]?.deployment_id ?? '');
      return run === undefined ? [] : wrongWith(run, lines);
    });
    return [...noted(look, 'grants'), ...wrong];
  },
};
