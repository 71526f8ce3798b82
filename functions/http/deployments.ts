/** A job's deployments, its plan and its events. */
import { z } from 'zod';
import { DeploymentAnswer, listDeployments } from '../../shared/road/deployments.ts';
import { EventAnswer, streamEvents } from '../../shared/events/feed.ts';
import { PlanAnswer } from '../../shared/road/job-answer.ts';
import { getPlan } from '../../shared/road/plan-answer.ts';
import { jobOrArchived } from '../../shared/road/visible-job.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { route } from './route.ts';

export const deploymentRoutes = [
  route('listDeployments', 'GET /v1/deployment/jobs/{job_id}/deployments', {
    answer: () => listOf(DeploymentAnswer),
    refuses: ['not_found'],
    run: async ({ platform, caller, input }) => ({ items: await listDeployments(platform, caller, input), next: null }),
  }),
  route('getPlan', 'GET /v1/deployment/jobs/{job_id}/plan', {
    answer: () => PlanAnswer,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getPlan(platform, caller, input),
  }),
  route('listJobEvents', 'GET /v1/deployment/jobs/{job_id}/events', {
    query: () => z.strictObject(listQuery),
    answer: () => listOf(EventAnswer),
    refuses: ['not_found'],
    run: async ({ platform, caller, input: { job_id, limit, cursor }, request }) => {
      await jobOrArchived(platform.db.read, caller, job_id);
      const items = await streamEvents(platform.db.read, {
        stream: job_id,
        after: Number(keyOf(request, cursor) ?? 0),
        limit,
      });
      return pageOf(request, { items, limit, key: ({ number }) => String(number) });
    },
  }),
];
