/** A tool: something callable that jobs need, with a rate limit, a probe and a secret where it has them. */
import { z } from 'zod';
import { name, time, webUrl } from '../platform/wire.ts';

export const RegisterTool = z
  .strictObject({
    name,
    tool_type: name.default('api'),
    description: z.string().min(1).max(2000).optional(),
    probe_url: webUrl.optional().describe('answers a GET when the tool is up'),
    rate_limit: z.int().min(1).max(1_000_000).optional().describe('calls a minute; without it there is no limit'),
    secret_name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,126}$/, 'expected letters, digits, "-" or "_", at most 127')
      .optional()
      .describe('the secret that calls need; its value is kept elsewhere'),
    secret_expires_at: time.optional(),
  })
  .refine((tool) => tool.secret_expires_at === undefined || tool.secret_name !== undefined, {
    path: ['secret_name'],
    message: 'needed beside secret_expires_at',
  })
  .meta({ id: 'RegisterTool' });

export type RegisterTool = z.output<typeof RegisterTool>;

export const Tool = z
  .strictObject({
    name: z.string(),
    tool_type: z.string(),
    description: z.string().nullable(),
    probe_url: z.string().nullable(),
    rate_limit: z.int().nullable(),
    secret_name: z.string().nullable(),
    secret_expires_at: time.nullable(),
    version: z.int(),
    changed_at: time,
  })
  .meta({ id: 'Tool' });

/** The row. */
export interface ToolRow {
  name: string;
  version: number;
  head_hash: string;
  tool_type: string;
  description: string | null;
  probe_url: string | null;
  /** Calls a minute; null: no limit. */
  rate_limit: number | null;
  secret_name: string | null;
  secret_expires_at: Date | null;
  changed_at: Date;
  deleted_at: Date | null;
}

export const toolAnswer = ({ head_hash: _, deleted_at: __, ...row }: ToolRow): z.output<typeof Tool> => row;
