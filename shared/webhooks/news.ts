/** What subscribers are told: one thing that has happened, as it goes into the body of each format. Pure. */
import type { ActionItem } from '../access/action-item.ts';
import type { Event } from '../events/chain.ts';
import type { Json } from '../platform/wire.ts';
import { cardBody } from './cards/formats.ts';
import type { Card } from './cards/card.ts';
import { eventTypes, type EventType } from './event-types.ts';
import type { Format } from './webhook.ts';

export interface News {
  /** Names it: a webhook is told once of each. */
  about: string;
  type: EventType;
  at: Date;
  /** As the API gives it. */
  data: Record<string, Json>;
  /** What it happened to, for people. */
  name: string;
  /** What else people want to see at once. */
  facts: Card['facts'];
  text: string;
}

/** The job that an event is about, as subscribers are told of it. */
export interface JobFacts {
  id: string;
  job_name: string;
  category: string;
  /** Why it has ended, where the event is its end. */
  reason: string | null;
}

export const eventNews = (event: Event & { cursor: number }, type: EventType, job?: JobFacts): News => ({
  about: `${event.stream}#${event.number}`,
  type,
  at: event.at,
  data: { event: eventData(event), ...(job === undefined ? {} : { job: jobData(job) }) },
  name: job?.job_name ?? event.stream.replace(/^[a-z_]+:/, ''),
  facts: [
    ...(job === undefined
      ? []
      : ([
          ['Job', job.id],
          ['Category', job.category],
        ] as const)),
    ['By', event.actor],
    ['At', event.at.toISOString()],
  ],
  text: reasonIn(event, job),
});

/** As the change feed gives it. */
const eventData = ({ cursor, stream, number, type, at, actor, trace, data, hash }: Event & { cursor: number }) => ({
  ...{ cursor, stream, number, type, at: at.toISOString() },
  ...{ actor, trace, data, hash },
});

const jobData = ({ id, job_name, category, reason }: JobFacts): Json => ({ job_id: id, job_name, category, reason });

/** In the words of the record, or of the job's end. */
function reasonIn({ data }: Event, job: JobFacts | undefined): string {
  const said = [data['detail'], data['reason'], data['fault'], data['reasoning'], job?.reason];
  return said.find((text): text is string => typeof text === 'string') ?? '';
}

export const itemNews = (item: ActionItem): News => {
  const at = item.done_at ?? item.created_at;
  const data = { ...item, created_at: item.created_at.toISOString(), done_at: item.done_at?.toISOString() ?? null };
  return {
    about: `${item.item_id}#${item.done_at === null ? 'raised' : 'done'}`,
    type: item.done_at === null ? 'action_item.raised' : 'action_item.done',
    at,
    data,
    name: item.code.replaceAll('_', ' '),
    facts: [
      ['About', item.subject],
      ['Item', item.item_id],
      ...(item.done_by === null ? [] : ([['By', item.done_by]] as const)),
      ['At', at.toISOString()],
    ],
    text: item.detail,
  };
};

/** For whom the format wants: `{type, timestamp, data}` as Standard Webhooks has it, or a card. */
export function bodyOf(news: News, format: Format): string {
  const { type, at, data } = news;
  if (format === 'standard') return JSON.stringify({ type, timestamp: at.toISOString(), data });
  return cardBody(format, { title: `${eventTypes[type]}: ${news.name}`, text: news.text, facts: news.facts });
}
