/** A verifier: somebody else's readiness checks, asked for by a signed POST and merged into ours. */
import { z } from 'zod';
import { name, time, webUrl } from '../platform/wire.ts';

export const RegisterVerifier = z
  .strictObject({
    name,
    url: webUrl.describe('gets a POST signed by Standard Webhooks and answers {"checks": […]}'),
    categories: z.array(name).max(50).default([]).describe('of the jobs it is asked about; none: of all'),
  })
  .meta({ id: 'RegisterVerifier' });

export type RegisterVerifier = z.output<typeof RegisterVerifier>;

export const Verifier = z
  .strictObject({
    name: z.string(),
    url: z.string(),
    categories: z.array(z.string()),
    version: z.int(),
    changed_at: time,
  })
  .meta({ id: 'Verifier' });

export const RegisteredVerifier = Verifier.extend({
  secret: z.string().nullable().describe('checks our signatures; shown at the first registration only'),
}).meta({ id: 'RegisteredVerifier' });

/** The row. */
export interface VerifierRow {
  name: string;
  version: number;
  head_hash: string;
  url: string;
  /** The sealed value that holds the signing secret. */
  secret_id: string;
  /** Empty: all. */
  categories: string[];
  changed_at: Date;
  deleted_at: Date | null;
}

export const verifierAnswer = ({ name: verifier, url, categories, version, changed_at }: VerifierRow) => ({
  name: verifier,
  url,
  categories,
  version,
  changed_at,
});

/** Where a verifier's secret belongs: what its sealed value is bound to. */
export const secretPath = (verifier: string): string => `verifiers/${verifier}/secret`;
