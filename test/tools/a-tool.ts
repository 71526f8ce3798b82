/** Tools and verifiers, registered. */
import type { Caller } from '../../shared/access/caller.ts';
import { registerTool } from '../../shared/tools/register-tool.ts';
import { registerVerifier } from '../../shared/readiness/register-verifier.ts';
import { RegisterTool } from '../../shared/tools/tool.ts';
import { RegisterVerifier } from '../../shared/tools/verifier.ts';
import type { World } from '../world.ts';

export const admin: Caller = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null };

/** `linter`, with nothing but its name, unless said otherwise. */
export const register = ({ platform }: World, facts: Record<string, unknown> = {}) =>
  registerTool(platform, admin, RegisterTool.parse({ name: 'linter', ...facts }));

/** `audit`, for all jobs, unless said otherwise. */
export const verifier = ({ platform }: Pick<World, 'platform'>, facts: Record<string, unknown> = {}) =>
  registerVerifier(platform, admin, RegisterVerifier.parse({ name: 'audit', url: 'https://audit.example/', ...facts }));

/** The same as an agent. */
export const verifyingAgent = ({ platform }: Pick<World, 'platform'>, agent_id: string, facts = {}) =>
  registerVerifier(platform, admin, RegisterVerifier.parse({ name: 'audit', agent_id, ...facts }));
