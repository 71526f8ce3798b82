/** Tasks: claimed with a lease and a fence, reported on, and settled by their holder. */
import { z } from 'zod';
import { assignTask } from '../../shared/road/assign.ts';
import { AssignedAnswer, AssignInput } from '../../shared/tasks/assignment.ts';
import { claimTasks } from '../../shared/tasks/claim.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { failTask } from '../../shared/tasks/fail.ts';
import { ClaimAnswer, ClaimInput } from '../../shared/tasks/lease.ts';
import { reportProgress } from '../../shared/tasks/progress.ts';
import { getTask, listTasks } from '../../shared/tasks/read.ts';
import { releaseTask } from '../../shared/tasks/release.ts';
import {
  CompleteInput,
  FailInput,
  ProgressAnswer,
  ProgressInput,
  ReleaseInput,
  SettledAnswer,
} from '../../shared/tasks/report.ts';
import { TaskAnswer, taskStates } from '../../shared/tasks/task.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { reply } from './reply.ts';
import { route } from './route.ts';

export const taskRoutes = [
  route('claimTasks', 'POST /v1/agents/{agent_id}/tasks/claim', {
    body: () => ClaimInput,
    answer: () => ClaimAnswer,
    refuses: ['not_found', 'agent_not_active'],
    run: ({ platform, caller, input, request }) => claimTasks(platform, caller, { ...input, signal: request.signal }),
  }),
  route('listTasks', 'GET /v1/tasks', {
    query: () =>
      z.strictObject({
        ...listQuery,
        state: z.enum(taskStates).optional(),
        job_id: z.string().max(128).optional(),
        agent_id: z.string().max(128).optional(),
      }),
    answer: () => listOf(TaskAnswer),
    refuses: [],
    run: async ({ platform, caller, input: { cursor, ...filter }, request }) => {
      const items = await listTasks(platform, caller, { ...filter, before: keyOf(request, cursor) });
      return pageOf(request, { items, limit: filter.limit, key: ({ task_id }) => task_id });
    },
  }),
  route('assignTask', 'POST /v1/tasks', {
    body: () => AssignInput,
    answer: () => AssignedAnswer,
    status: 201,
    heeds: ['idempotency_key'],
    refuses: ['not_found', 'conflict', 'job_ended', 'no_capable_agent'],
    run: async ({ platform, caller, input, request }) =>
      reply(await assignTask(platform, caller, { ...input, idempotency_key: request.idempotency_key }), {
        status: 201,
      }),
  }),
  route('getTask', 'GET /v1/tasks/{task_id}', {
    answer: () => TaskAnswer,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getTask(platform, caller, input),
  }),
  route('reportProgress', 'POST /v1/tasks/{task_id}/progress', {
    body: () => ProgressInput,
    answer: () => ProgressAnswer,
    refuses: ['lease_lost'],
    run: ({ platform, caller, input }) => reportProgress(platform, caller, input),
  }),
  route('completeTask', 'POST /v1/tasks/{task_id}/complete', {
    body: () => CompleteInput,
    answer: () => SettledAnswer,
    refuses: ['not_found', 'lease_lost'],
    run: ({ platform, caller, input }) => completeTask(platform, caller, input),
  }),
  route('failTask', 'POST /v1/tasks/{task_id}/fail', {
    body: () => FailInput,
    answer: () => SettledAnswer,
    refuses: ['not_found', 'lease_lost'],
    run: ({ platform, caller, input }) => failTask(platform, caller, input),
  }),
  route('releaseTask', 'POST /v1/tasks/{task_id}/release', {
    body: () => ReleaseInput,
    answer: () => SettledAnswer,
    refuses: ['not_found', 'lease_lost'],
    run: ({ platform, caller, input }) => releaseTask(platform, caller, input),
  }),
];
