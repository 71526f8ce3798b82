/** What a refusal or a fault looks like outside (RFC 9457); a schema of its own, because only the document needs it. */
import { z } from 'zod';
import { problems } from '../../shared/problems.ts';

export const Problem = z
  .strictObject({
    type: z.string().describe('path of a page that explains the code'),
    code: z.enum(Object.keys(problems)),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('path of the request'),
    errors: z
      .array(z.strictObject({ pointer: z.string(), message: z.string() }))
      .optional()
      .describe('where the input is wrong: JSON Pointers (RFC 6901) into the body, or parameters by name'),
    trace_id: z.string(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.output<typeof Problem>;
