/** A definition as clients send it: bare, or inside `{"job_definition": …}`. */
import { z } from 'zod';
import { JobDefinition } from '../../shared/jobs/definition.ts';

const wrapper = 'job_definition';

/** One schema for both forms, so that an error points to the place in the form that was sent. */
export const DefinitionBody = z
  .looseObject({})
  .transform((raw, context): { definition: z.output<typeof JobDefinition> } => {
    const wrapped = Object.hasOwn(raw, wrapper);
    const others = wrapped ? Object.keys(raw).filter((name) => name !== wrapper) : [];
    const parsed = JobDefinition.safeParse(wrapped ? raw[wrapper] : raw);
    if (others.length > 0) context.addIssue({ code: 'unrecognized_keys', keys: others, input: raw });
    for (const issue of parsed.error?.issues ?? []) {
      context.addIssue({ ...issue, path: wrapped ? [wrapper, ...issue.path] : issue.path });
    }
    return parsed.success ? { definition: parsed.data } : z.NEVER;
  })
  .meta({
    id: 'DefinitionBody',
    anyOf: [
      { $ref: '#/components/schemas/JobDefinition' },
      {
        type: 'object',
        required: [wrapper],
        properties: { [wrapper]: { $ref: '#/components/schemas/JobDefinition' } },
      },
    ],
  });
