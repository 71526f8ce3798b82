/** What waits in mailboxes for the time: leases that run out, delays that are over, messages that are too old. */
import type { Tx } from '../platform/platform.ts';
import { mailHint } from './mailbox.ts';
import { giveUpClosed, tidyDue } from './store/tidy.ts';

/** Whoever sent to an agent that was being retired has committed by then. */
const closedSeconds = 3600;

/** At most `limit` messages of each kind. Wakes the receivers of what is queued again. */
export async function sweepMessages(tx: Tx, limit: number): Promise<void> {
  const tidied = await tidyDue(tx, { limit, most_attempts: tx.config.AGENT_MAX_RETRIES });
  for (const { mailbox, state } of tidied) if (state === 'queued') tx.hint(mailHint(mailbox));
  await giveUpClosed(tx, { limit, from_now_seconds: -closedSeconds, reason: 'its receiver was retired' });
}
