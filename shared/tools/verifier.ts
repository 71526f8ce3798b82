/** A verifier: somebody else's readiness checks, asked for at a URL or of an agent and merged into ours. */
import { z } from 'zod';
import { name, time, webUrl } from '../platform/wire.ts';

export const RegisterVerifier = z
  .strictObject({
    name,
    url: webUrl.optional().describe('gets a POST signed by Standard Webhooks and answers {"checks": […]}'),
    agent_id: name.optional().describe('an agent that is asked instead: at its endpoint, or else by mail'),
    categories: z.array(name).max(50).default([]).describe('of the jobs it is asked about; none: of all'),
  })
  .refine(({ url, agent_id }) => (url === undefined) !== (agent_id === undefined), {
    path: ['url'],
    message: 'give either url or agent_id',
  })
  .meta({ id: 'RegisterVerifier' });

export type RegisterVerifier = z.output<typeof RegisterVerifier>;

export const Verifier = z
  .strictObject({
    name: z.string(),
    url: z.string().nullable(),
    agent_id: z.string().nullable(),
    categories: z.array(z.string()),
    version: z.int(),
    changed_at: time,
  })
  .meta({ id: 'Verifier' });

export const RegisteredVerifier = Verifier.extend({
  secret: z
    .string()
    .nullable()
    .describe('checks our signatures at a url; shown at its first registration only. Null for an agent'),
}).meta({ id: 'RegisteredVerifier' });

/** The row: it has either a URL and its secret, or an agent. */
export interface VerifierRow {
  name: string;
  version: number;
  head_hash: string;
  url: string | null;
  /** The sealed value that holds the signing secret of the URL. */
  secret_id: string | null;
  agent_id: string | null;
  /** Empty: all. */
  categories: string[];
  changed_at: Date;
  deleted_at: Date | null;
}

export const verifierAnswer = ({ head_hash: _, secret_id: __, deleted_at: ___, ...row }: VerifierRow) => row;

/** Where a verifier's secret belongs: what its sealed value is bound to. */
export const secretPath = (verifier: string): string => `verifiers/${verifier}/secret`;

/** What a job waits for that a verifier found wanting. */
export const awaitedVerifier = (name: string): string => `verifier:${name}`;
