/** Templates, and jobs made from them. */
import { z } from 'zod';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import { getTemplate, listTemplates, putTemplate, Template } from '../../shared/jobs/templates.ts';
import { jsonObject } from '../../shared/platform/wire.ts';
import { JobAnswer } from '../../shared/road/job-answer.ts';
import { submitFromTemplate } from '../../shared/road/submit-from-template.ts';
import { answerAtRest } from './jobs.ts';
import { listOf } from './lists.ts';
import { route } from './route.ts';

export const templateRoutes = [
  route('listTemplates', 'GET /v1/deployment/templates', {
    answer: () => listOf(Template),
    refuses: [],
    run: async ({ platform }) => ({ items: await listTemplates(platform.db.read), next: null }),
  }),
  route('getTemplate', 'GET /v1/deployment/templates/{name}', {
    answer: () => Template,
    etag: true,
    refuses: ['unknown_template'],
    run: ({ platform, input }) => getTemplate(platform.db.read, input.name),
  }),
  route('putTemplate', 'PUT /v1/deployment/templates/{name}', {
    body: () => z.strictObject({ definition: JobDefinition }),
    answer: () => Template,
    etag: true,
    heeds: ['if_match'],
    refuses: [],
    run: ({ platform, caller, input, request }) =>
      putTemplate(platform, caller, { ...input, if_match: request.if_match }),
  }),
  route('submitFromTemplate', 'POST /v1/deployment/templates/{name}/jobs', {
    body: () => z.strictObject({ overrides: jsonObject.default({}).describe('members of the definition to replace') }),
    answer: () => JobAnswer,
    status: [200, 202],
    heeds: ['idempotency_key', 'prefer_wait'],
    refuses: ['unknown_template', 'unknown_unit'],
    run: async ({ platform, caller, input, request }) => {
      const { idempotency_key } = request;
      const id = await submitFromTemplate(platform, caller, { ...input, idempotency_key });
      return answerAtRest(platform, caller, { id, request });
    },
  }),
];
