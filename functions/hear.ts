/** What a queue of the Functions host hands over, heard as a ring of its bell. */
import { withTrace } from '../shared/platform/context.ts';
import type { BellName, Platform } from '../shared/platform/platform.ts';
import { stages } from './stages.ts';

/** Never throws: the host would hand it over again at once, over and over, what the sweep rings in its time. */
export async function hear(platform: Platform, bell: BellName, message: unknown): Promise<void> {
  const id = idIn(message);
  if (id === undefined) {
    platform.log.warn({ bell }, 'a message that is no ring was dropped');
    return;
  }
  await withTrace(null, () => stages[bell].run(platform, id)).catch((fault: unknown) =>
    platform.log.error({ err: fault, bell, id }, 'a stage threw; its row is due again soon'),
  );
}

function idIn(message: unknown): string | undefined {
  const { id } = (typeof message === 'object' && message !== null ? message : {}) as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
}
