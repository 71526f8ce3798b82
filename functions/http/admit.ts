/** Who calls, and whether they may; before anything of a body is read. */
import { authenticate } from '../../shared/access/authenticate.ts';
import { mayCall, type Operation } from '../../shared/access/permissions.ts';
import { refuse } from '../../shared/outcomes.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import type { Admitted } from './handle.ts';

/** `authorization` is the header. Refuses `unauthenticated` and `forbidden`. */
export async function admit(platform: Platform, operation: Operation, authorization: string | null): Promise<Admitted> {
  const caller = authorization === null ? undefined : await authenticate(platform, authorization);
  if (!mayCall(caller, operation)) refuse(caller === undefined ? 'unauthenticated' : 'forbidden');
  return { platform, caller };
}
