/** Channels, the version of their list, and what they refused. */
import { now, store } from '../../platform/database/statement.ts';
import type { Channel, RefusedMessages } from '../channel.ts';

interface ChannelList {
  name: string;
  version: number;
  head_hash: string;
}

const { all, first, change, rows } = store<{
  message_channels: Channel;
  channel_lists: ChannelList & { changed_at: Date };
  refused_messages: RefusedMessages;
}>();

export const findList = first((q, p: { name: string }) =>
  q.selectFrom('channel_lists').selectAll().where('name', '=', p.name),
);

/** Locks the row until the transaction ends; channels change under it. */
export const lockList = first((q, p: { name: string }) =>
  q.selectFrom('channel_lists').selectAll().where('name', '=', p.name).forUpdate(),
);

export const insertList = change((q, p: ChannelList) =>
  q.insertInto('channel_lists').values({ name: p.name, version: p.version, head_hash: p.head_hash, changed_at: now() }),
);

export const updateList = change((q, p: ChannelList & { was_version: number }) =>
  q
    .updateTable('channel_lists')
    .set({ version: p.version, head_hash: p.head_hash, changed_at: now() })
    .where('name', '=', p.name)
    .where('version', '=', p.was_version)
    .returning('name'),
);

export const everyChannel = all((q, _: Record<never, never>) =>
  q
    .selectFrom('message_channels')
    .select(['from_role', 'type', 'to_role'])
    .orderBy('from_role')
    .orderBy('type')
    .orderBy('to_role'),
);

/** All of them. A condition stands there because T-SQL takes a bare DELETE for a slip. */
export const deleteChannels = change((q, _: Record<never, never>) =>
  q.deleteFrom('message_channels').where('type', '<>', ''),
);

export const insertChannels = rows((q, channels: Channel[]) =>
  q
    .insertInto('message_channels')
    .values(
      channels.map((channel) => ({ from_role: channel.from_role, type: channel.type, to_role: channel.to_role })),
    ),
);

type Tried = Pick<RefusedMessages, 'from_id' | 'type' | 'to_role'>;

export const refusedAgain = change((q, p: Tried) =>
  q
    .updateTable('refused_messages')
    .set((row) => ({ times: row('times', '+', 1), last_at: now() }))
    .where('from_id', '=', p.from_id)
    .where('type', '=', p.type)
    .where('to_role', '=', p.to_role)
    .returning('from_id'),
);

export const insertRefused = change((q, p: Tried) =>
  q
    .insertInto('refused_messages')
    .values({ from_id: p.from_id, type: p.type, to_role: p.to_role, times: 1, first_at: now(), last_at: now() }),
);

export const latestRefused = all((q, p: { limit: number }) =>
  q.selectFrom('refused_messages').selectAll().orderBy('last_at', 'desc').limit(p.limit),
);
