/** Channels as they stand, and what they refused. */
import type { Caller } from '../access/caller.ts';
import { mayReadAll } from '../access/permissions.ts';
import type { Reads } from '../platform/platform.ts';
import { channelList, type ChannelsAnswer } from './channel.ts';
import { everyChannel, findList, latestRefused } from './store/channels.ts';

const mostShown = 100;

/** Agents are not told what others have tried. */
export async function getChannels(reads: Reads, caller: Caller): Promise<ChannelsAnswer> {
  const answer = await readChannels(reads);
  return mayReadAll(caller) ? answer : { ...answer, refused: [] };
}

export const readChannels = async (reads: Reads): Promise<ChannelsAnswer> => ({
  version: (await findList(reads, { name: channelList }))?.version ?? 0,
  channels: await everyChannel(reads, {}),
  refused: await latestRefused(reads, { limit: mostShown }),
});
