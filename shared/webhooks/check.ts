/** What must hold of a webhook before it is kept. */
import { mayCall } from '../access/permissions.ts';
import type { Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import { OutboundFault } from '../platform/outbound/outbound.ts';
import type { Platform } from '../platform/platform.ts';
import { kindOf, matches, shownBy, subscribable } from './event-types.ts';

/** Refuses `invalid` (`/url`) for an address that would not be called: private, without TLS, or nowhere. */
export async function checkUrl(platform: Platform, url: string): Promise<void> {
  try {
    await platform.outbound.check(url);
  } catch (error) {
    // What the guarded client says against it is the caller's to mend.
    if (!(error instanceof OutboundFault)) throw error;
    refuse('invalid', { errors: [{ pointer: '/url', message: error.message }] });
  }
}

/** Refuses `invalid` (`/event_types/…`) for a type that none of the owner's roles may see. */
export function checkTypes(owner: Caller, patterns: readonly string[]): void {
  const shown = subscribable.filter((type) => mayCall(owner, shownBy[kindOf(type)]));
  const errors = patterns.flatMap((pattern, at) =>
    shown.some((type) => matches(pattern, type))
      ? []
      : [{ pointer: `/event_types/${at}`, message: 'your roles do not show you such events' }],
  );
  if (errors.length > 0) refuse('invalid', { errors });
}
