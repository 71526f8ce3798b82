/** A page of the record, as those who asked for it are told of it. */
import type { Event } from '../events/chain.ts';
import { eventsAfter } from '../events/store.ts';
import type { Reads } from '../platform/platform.ts';
import { isEnd, typeOf } from './event-types.ts';
import { hears, type Hearer, type Subject } from './hearing.ts';
import { eventNews, type JobFacts } from './news.ts';
import type { Sending } from './send.ts';
import { approvalsByIds, jobsByIds, outcomesByJobs } from './store/subjects.ts';

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
  const reasonOf = await reasonsOf(
    reads,
    told.filter(({ type }) => isEnd(type)).map(({ event }) => event),
  );
  return told.flatMap(({ event, type, asked }) => {
    const subject = subjectOf(event.stream);
    const news = eventNews(event, type, subject.job && { ...subject.job, reason: reasonOf(event) });
    return asked.filter((hearer) => hears(hearer, type, subject)).map((to) => ({ to, news }));
  });
}

/** Why jobs have ended: the end says it, or the deployment that ended with it, for there may be another since. */
async function reasonsOf(reads: Reads, ends: readonly Read[]): Promise<(event: Read) => string | null> {
  const outcomes = await outcomesByJobs(reads, [...new Set(ends.map(({ stream }) => stream))]);
  return (event) => {
    if (!ends.includes(event)) return null;
    const { deployment, reason } = event.data;
    if (typeof reason === 'string') return reason;
    const isIts = (outcome: (typeof outcomes)[number]) =>
      outcome.job_id === event.stream && outcome.number === deployment;
    return outcomes.find(isIts)?.outcome_reason ?? null;
  };
}

type Known = Subject & { job?: (Omit<JobFacts, 'reason'> & { submitter_id: string; owner_id: string }) | undefined };

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
