/** putChannels: an admin says who may send what to whom. */
import type { Caller } from '../access/caller.ts';
import { checkMatch } from '../access/if-match.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { loseRace } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { channelList, type Channel, type ChannelsAnswer, type ChannelsInput } from './channel.ts';
import { readChannels } from './read-channels.ts';
import { deleteChannels, insertChannels, insertList, lockList, updateList } from './store/channels.ts';

interface Put extends ChannelsInput {
  if_match?: string | undefined;
}

/** These take the place of all there were, for what is sent from then on. Refuses `stale`. */
export const putChannels = (platform: Platform, caller: Caller, put: Put): Promise<ChannelsAnswer> =>
  platform.db.transaction('putChannels', async (tx) => {
    const row = await lockList(tx, { name: channelList });
    checkMatch(put.if_match, row?.version ?? 0);
    const channels = eachOnce(put.channels);
    const event = nextEvent(tx, row === undefined ? newStream(channelList) : { stream: channelList, ...row }, {
      type: 'channels_set',
      actor: caller.id,
      data: { channels: channels.map((channel) => ({ ...channel })) },
    });
    const next = { name: channelList, version: event.number, head_hash: event.hash };
    if (row === undefined) await insertList(tx, next);
    else if ((await updateList(tx, { ...next, was_version: row.version })).length === 0) loseRace();
    await deleteChannels(tx, {});
    await insertChannels(tx, channels);
    record(tx, event);
    return readChannels(tx);
  });

const eachOnce = (channels: readonly Channel[]): Channel[] => [
  ...new Map(channels.map((channel) => [`${channel.from_role} ${channel.type} ${channel.to_role}`, channel])).values(),
];
