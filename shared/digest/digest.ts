/** What the digest of a day says. Pure. */
import type { Json } from '../platform/wire.ts';
import type { News } from '../webhooks/news.ts';

export interface Counted {
  what: string;
  count: number;
}

export interface Waiting {
  /** A job's name, or what an item is about. */
  name: string;
  id: string;
  /** Until when, or since when. */
  at: Date;
}

export interface Digest {
  day: string;
  from: Date;
  to: Date;
  submitted: number;
  /** Jobs by the state in which they ended. */
  ended: readonly Counted[];
  spent_usd: number;
  limit_usd: number;
  /** Questions that are open, those first that are due first. */
  questions: readonly Waiting[];
  /** Blocked jobs by their code. */
  blocked: readonly Counted[];
  /** Action items that nobody has settled, oldest first. */
  items: readonly Waiting[];
  /** Agents that take no work, by their state. */
  out: readonly Counted[];
  on_call: { principal_id: string; until: Date; next: string } | undefined;
}

export const dayMilliseconds = 86_400_000;
/** Of each list so many are looked at: there may be more. */
export const atMost = 200;
/** Of each list so many are named. */
const named = 5;

const counted = (all: readonly Counted[]): string => all.map(({ what, count }) => `${count} ${what}`).join(', ');
const total = (all: readonly Counted[]): number => all.reduce((sum, { count }) => sum + count, 0);

const many = (all: readonly Waiting[]): string => `${all.length}${all.length < atMost ? '' : ' or more'}`;

const shown = (all: readonly Waiting[], say: (one: Waiting) => string): string[] => [
  ...all.slice(0, named).map((one) => `  ${say(one)}`),
  ...(all.length > named ? [`  and ${all.length < atMost ? '' : 'at least '}${all.length - named} more`] : []),
];

/** To the minute, in UTC. */
const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function happened({ submitted, ended, spent_usd, limit_usd }: Digest): string[] {
  const ends = total(ended) === 0 ? 'none ended' : `${total(ended)} ended (${counted(ended)})`;
  return [
    `Jobs: ${submitted} submitted, ${ends}.`,
    `Spent this month: ${spent_usd.toFixed(2)} of ${limit_usd.toFixed(2)} USD.`,
  ];
}

function waits({ questions, blocked, items, out }: Digest): string[] {
  return [
    ...(items.length === 0 ? [] : [`To look at: ${many(items)}`]),
    ...shown(items, ({ name, id, at }) => `${name}: ${id}, since ${minute(at)}`),
    ...(total(blocked) === 0 ? [] : [`Blocked jobs: ${counted(blocked)}`]),
    ...(total(out) === 0 ? [] : [`Agents out of service: ${counted(out)}`]),
    ...(questions.length === 0 ? [] : [`Open questions: ${many(questions)}`]),
  ];
}

/** Within the day that begins. */
function due({ questions, to, on_call }: Digest): string[] {
  const end = new Date(to.getTime() + dayMilliseconds);
  const soon = questions.filter(({ at }) => at < end);
  return [
    ...shown(soon, ({ name, id, at }) => `${name} (${id}) needs its answer by ${minute(at)}`),
    ...(on_call === undefined || on_call.until >= end
      ? []
      : [`  ${on_call.next} takes over from ${on_call.principal_id} at ${minute(on_call.until)}`]),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [`${title}: nothing`] : [`${title}:`, ...lines];

export const digestText = (digest: Digest): string =>
  [
    ...section('What happened', happened(digest)),
    ...section('What waits', waits(digest)),
    ...section('What is due', due(digest)),
  ].join('\n');

export function digestNews(digest: Digest): News {
  const { day, to, on_call } = digest;
  return {
    about: `digest:${day}`,
    type: 'digest.daily',
    at: to,
    data: JSON.parse(JSON.stringify(digest)) as Record<string, Json>, // times as text
    name: day,
    text: digestText(digest),
    facts: on_call === undefined ? [] : [['On call', `${on_call.principal_id} until ${minute(on_call.until)}`]],
  };
}
