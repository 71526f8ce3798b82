/** What a queue of the Functions host hands over, heard as a ring of its bell. */
import { answering } from '../shared/platform/bells/answering.ts';
import { ringOfTrigger, type Triggered } from '../shared/platform/bells/message.ts';
import type { BellName, Platform } from '../shared/platform/platform.ts';
import { stages } from './stages.ts';

/** Never throws: the host would hand it over again at once, over and over, what the sweep rings in its time. */
export async function hear(platform: Platform, bell: BellName, message: Triggered): Promise<void> {
  const ring = ringOfTrigger(bell, message);
  if (ring === undefined) platform.log.error({ bell }, 'a message is no bell; it is dropped');
  else await answering(({ id }) => stages[bell].run(platform, id), platform.log)(ring);
}
