/** Jobs: submit, read, change, cancel, retry. */
import { z } from 'zod';
import type { Caller } from '../../shared/access/caller.ts';
import { jobStates } from '../../shared/jobs/job.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { jsonObject } from '../../shared/platform/wire.ts';
import { cancelJob } from '../../shared/road/cancel.ts';
import { JobAnswer, JobBrief } from '../../shared/road/job-answer.ts';
import { asOasf, oasfMedia } from '../../shared/road/oasf.ts';
import { getJob, listJobs } from '../../shared/road/read.ts';
import { changeDefinition, retryJob } from '../../shared/road/redeploy.ts';
import { atRest } from '../../shared/road/rest.ts';
import { submitJob } from '../../shared/road/submit.ts';
import { Validation, validateDefinition } from '../../shared/road/validate-definition.ts';
import { DefinitionBody } from './definition-body.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { reply, replyAs } from './reply.ts';
import type { RequestFacts } from './request.ts';
import { route } from './route.ts';

/** Without a `Prefer` header a submission waits this long for the job to come to a rest. */
const usualWaitSeconds = 2;

/** Waits for a rest as the caller prefers: 200 when there is one, otherwise 202 with the job's place. */
export async function answerAtRest(
  platform: Platform,
  caller: Caller,
  { id, request }: { id: string; request: RequestFacts },
) {
  const seconds = request.wait_seconds ?? usualWaitSeconds;
  const rested = await atRest(platform, id, { seconds, signal: request.signal });
  const job = await getJob(platform, caller, { job_id: id });
  return reply(job, { status: rested ? 200 : 202, location: `/api/v1/deployment/jobs/${id}` });
}

const afterChange = {
  answer: () => JobAnswer,
  status: [200, 202],
} as const;

export const jobRoutes = [
  route('submitJob', 'POST /v1/deployment/jobs', {
    body: () => DefinitionBody,
    ...afterChange,
    heeds: ['idempotency_key', 'prefer_wait'],
    refuses: ['unknown_unit'],
    run: async ({ platform, caller, input, request }) => {
      const id = await submitJob(platform, caller, { ...input, idempotency_key: request.idempotency_key });
      return answerAtRest(platform, caller, { id, request });
    },
  }),
  route('listJobs', 'GET /v1/deployment/jobs', {
    query: () =>
      z.strictObject({
        ...listQuery,
        state: z.enum(jobStates).optional(),
        category: z.string().max(128).optional(),
        agent: z.string().max(128).optional(),
        text: z.string().max(128).optional().describe('part of the job name'),
      }),
    answer: () => listOf(JobBrief),
    refuses: [],
    run: async ({ platform, caller, input: { cursor, ...filter }, request }) => {
      const items = await listJobs(platform, caller, { ...filter, before: keyOf(request, cursor) });
      return pageOf(request, { items, limit: filter.limit, key: ({ job_id }) => job_id });
    },
  }),
  route('getJob', 'GET /v1/deployment/jobs/{job_id}', {
    answer: () => JobAnswer,
    also: { [oasfMedia]: () => jsonObject },
    etag: true,
    refuses: ['not_found'],
    run: async ({ platform, caller, input, request }) => {
      const job = await getJob(platform, caller, input);
      return request.headers.get('accept')?.includes(oasfMedia) === true ? replyAs(oasfMedia, asOasf(job)) : job;
    },
  }),
  route('changeDefinition', 'PUT /v1/deployment/jobs/{job_id}/definition', {
    body: () => DefinitionBody,
    ...afterChange,
    heeds: ['if_match', 'prefer_wait'],
    refuses: ['not_found', 'forbidden', 'job_not_changeable', 'job_ended', 'job_archived', 'unknown_unit'],
    run: async ({ platform, caller, input, request }) => {
      const id = await changeDefinition(platform, caller, { ...input, if_match: request.if_match });
      return answerAtRest(platform, caller, { id, request });
    },
  }),
  route('cancelJob', 'POST /v1/deployment/jobs/{job_id}/cancel', {
    answer: () => JobAnswer,
    heeds: ['if_match'],
    refuses: ['not_found', 'job_ended', 'job_archived', 'conflict'],
    run: async ({ platform, caller, input, request }) => {
      await cancelJob(platform, caller, { ...input, if_match: request.if_match });
      return getJob(platform, caller, input);
    },
  }),
  route('retryJob', 'POST /v1/deployment/jobs/{job_id}/retry', {
    ...afterChange,
    heeds: ['if_match', 'idempotency_key', 'prefer_wait'],
    refuses: ['not_found', 'job_not_ended', 'job_archived'],
    run: async ({ platform, caller, input, request }) => {
      const { idempotency_key, if_match } = request;
      const id = await retryJob(platform, caller, { ...input, if_match, idempotency_key });
      return answerAtRest(platform, caller, { id, request });
    },
  }),
  route('validateDefinition', 'POST /v1/deployment/validate', {
    body: () => DefinitionBody,
    answer: () => Validation,
    refuses: ['unknown_unit'],
    run: ({ platform, caller, input }) => validateDefinition(platform, caller, input.definition),
  }),
];
