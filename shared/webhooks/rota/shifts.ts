/** Who is on call at a moment. Pure. */
import { dateAt, momentOf, plusDays } from './local-time.ts';
import { weekdays, type Rota, type Shift } from './rota.ts';

const week = 7;

type Turns = Pick<Rota, 'time_zone' | 'handover' | 'starts_on' | 'members'>;

/** The date of the handover on a date, or of the last one before it. */
const handoverOnOrBefore = (date: Date, { handover }: Turns): Date =>
  plusDays(date, -((date.getUTCDay() - weekdays.indexOf(handover.weekday) + week) % week));

/** Weeks are counted by the calendar: one in which clocks change is an hour longer or shorter. */
function turnAt(rota: Turns, at: Date): Shift {
  const { time_zone, handover, starts_on, members } = rota;
  const moment = (date: Date) => momentOf(date, handover.time, time_zone);
  const latest = handoverOnOrBefore(dateAt(at, time_zone), rota);
  const began = moment(latest) > at ? plusDays(latest, -week) : latest;
  const first = handoverOnOrBefore(new Date(starts_on), rota);
  const weeks = Math.round((began.getTime() - first.getTime()) / (week * 86_400_000));
  const member = members[((weeks % members.length) + members.length) % members.length];
  if (member === undefined) throw new Error('a rota has at least one member');
  return { ...member, since: moment(began), until: moment(plusDays(began, week)), is_override: false };
}

/** An override goes before the turn; a turn that is broken by one ends there. */
export function shiftAt(rota: Rota, at: Date): Shift {
  const override = rota.overrides.find(({ from, until }) => from <= at && at < until);
  if (override !== undefined) {
    const { principal_id, webhook_id, from, until } = override;
    return { principal_id, webhook_id, since: from, until, is_override: true };
  }
  const turn = turnAt(rota, at);
  const before = rota.overrides.map(({ until }) => until).filter((until) => until <= at && until > turn.since);
  const after = rota.overrides.map(({ from }) => from).filter((from) => from > at && from < turn.until);
  const latest = (a: Date, b: Date) => (a > b ? a : b);
  const earliest = (a: Date, b: Date) => (a < b ? a : b);
  return { ...turn, since: before.reduce(latest, turn.since), until: after.reduce(earliest, turn.until) };
}

/** Who is told, best first: whoever is on call, then the others in the order of their turns. */
export function webhooksInTurn(rota: Rota, at: Date): string[] {
  const { webhook_id, principal_id } = shiftAt(rota, at);
  const own = rota.members.findIndex((member) => member.principal_id === principal_id);
  const others = [...rota.members.slice(own + 1), ...rota.members.slice(0, own + 1)];
  return [...new Set([webhook_id, ...others.map((member) => member.webhook_id)])];
}

/** Where one override begins before another has ended: their places in the list. */
export const overlapsIn = ({ overrides }: Pick<Rota, 'overrides'>): number[] =>
  overrides.flatMap((one, at) =>
    overrides.some((other, i) => i < at && other.from < one.until && one.from < other.until) ? [at] : [],
  );
