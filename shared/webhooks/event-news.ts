/** A page of the record, as those who asked for it are told of it. */
import type { Event } from '../events/chain.ts';
import { eventsAfter } from '../events/store.ts';
import type { Reads } from '../platform/platform.ts';
import { typeOf } from './event-types.ts';
import { hears, type Hearer, type Subject } from './hearing.ts';
import { eventNews, type JobFacts } from './news.ts';
import type { Sending } from './send.ts';
import { approvalsByIds, jobsByIds } from './store/subjects.ts';

const eventsAtOnce = 200;

type Read = Event & { cursor: number };

/** What comes after the cursor. What no webhook is old enough for is passed over unread. */
export async function eventsFor(reads: Reads, hearers: readonly Hearer[], cursor: number): Promise<Read[]> {
  if (hearers.length === 0) return [];
  const after = Math.max(cursor, Math.min(...hearers.map(({ since_cursor }) => since_cursor)));
  return eventsAfter(reads, { after, limit: eventsAtOnce });
}

/** `hearers` as they are once the events were read. */
export async function sendingsOf(
  reads: Reads,
  events: readonly Read[],
  hearers: readonly Hearer[],
): Promise<Sending[]> {
  const told = events.flatMap((event) => {
    const type = typeOf(event);
    const asked = type === undefined ? [] : hearers.filter(({ since_cursor }) => since_cursor < event.cursor);
    return type === undefined || asked.length === 0 ? [] : [{ event, type, asked }];
  });
  const subjectOf = await subjectsOf(reads, [...new Set(told.map(({ event }) => event.stream))]);
  return told.flatMap(({ event, type, asked }) => {
    const subject = subjectOf(event.stream);
    const news = eventNews(event, type, subject.job);
    return asked.filter((hearer) => hears(hearer, type, subject)).map((to) => ({ to, news }));
  });
}

type Known = Subject & { job?: (JobFacts & { submitter_id: string; owner_id: string }) | undefined };

/** The jobs and questions that streams are about. */
async function subjectsOf(reads: Reads, streams: readonly string[]): Promise<(stream: string) => Known> {
  const questions = streams.filter((stream) => stream.startsWith('approval_'));
  const approvals = new Map((await approvalsByIds(reads, questions)).map((approval) => [approval.id, approval]));
  const asked = [...approvals.values()].map(({ job_id }) => job_id);
  const ids = new Set([...streams.filter((stream) => stream.startsWith('job_')), ...asked]);
  const jobs = new Map((await jobsByIds(reads, [...ids])).map((job) => [job.id, job]));
  return (stream) => {
    const approval = approvals.get(stream);
    return { approval, job: jobs.get(approval?.job_id ?? stream) };
  };
}
