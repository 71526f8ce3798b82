import type { PrincipalRole } from '../../../shared/access/caller.ts';
import { putPrincipal } from '../../../shared/access/principals.ts';
import type { Platform } from '../../../shared/platform/platform.ts';
import { registerAgent } from '../../../shared/tasks/register-agent.ts';
import type { Life } from '../life.ts';
import { admin, isPerson, person, registration } from '../town.ts';
import { ask } from './asking.ts';

/** As at the beginning. */
export const restore = (life: Life, id: string): Promise<unknown> =>
  ask(life, 'restore', (platform) => restoring(platform, id));

export const restoring = (platform: Platform, id: string): Promise<unknown> =>
  isPerson(id)
    ? putPrincipal(platform, admin, { id, kind: 'person', roles: [...person(id).roles] as PrincipalRole[] })
    : registerAgent(platform, admin, registration(id));
