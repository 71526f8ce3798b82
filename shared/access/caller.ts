/** Who is calling: a person, a service or an agent. */
import { z } from 'zod';
import { principalId, time } from '../platform/wire.ts';

export const principalRoles = ['admin', 'operator', 'submitter', 'approver', 'reader', 'ci'] as const;
export const agentRoles = ['supervisor', 'worker', 'category_head', 'observer'] as const;

export type PrincipalRole = (typeof principalRoles)[number];
export type AgentRole = (typeof agentRoles)[number];
export type Role = PrincipalRole | AgentRole;

export interface Caller {
  id: string;
  kind: 'person' | 'service' | 'agent';
  roles: readonly Role[];
  /** An agent's owner, or whom a service belongs to. */
  owner_id: string | null;
}

/** Muster itself, in events. */
export const musterActor = 'muster';

/** The bell `wake` is rung with this when a person may approve who could not: jobs without enough voters look again. */
export const awaitedApprovers = 'approvers';

/** Whether a principal is an identity of Entra ID: `tenant/object`, where a name has no slash. */
export const isOfEntra = (id: string): boolean => id.includes('/');

/** The principal behind a caller: what an agent does, its owner answers for. */
export const ownerOf = (caller: Pick<Caller, 'id' | 'owner_id'>): string => caller.owner_id ?? caller.id;

export const hasRole = (caller: Caller, ...roles: Role[]): boolean => caller.roles.some((role) => roles.includes(role));

/** What an admin says of a person or a service. */
export const PrincipalInput = z
  .strictObject({
    kind: z.enum(['person', 'service']),
    name: z.string().min(1).max(200).optional(),
    roles: z.array(z.enum(principalRoles)).max(principalRoles.length),
    owner_id: principalId.optional(),
  })
  .meta({ id: 'PrincipalInput' });

export const PrincipalAnswer = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['person', 'service', 'agent']),
    name: z.string(),
    roles: z.array(z.string()),
    owner_id: z.string().nullable(),
    version: z.int(),
    created_at: time,
    keys: z.array(z.strictObject({ id: z.string(), created_at: time })),
  })
  .meta({ id: 'Principal' });
