/** Channels: who may send what to whom, by roles. What none of them allows is refused, and counted. */
import { z } from 'zod';
import { agentRoles, type AgentRole } from '../access/caller.ts';
import { name, time } from '../platform/wire.ts';

const any = z.literal('*');
const role = z.union([z.enum(agentRoles), any]);

const Channel = z
  .strictObject({ from_role: role, type: z.union([name, any]), to_role: role })
  .describe('"*" is any')
  .meta({ id: 'Channel' });

export type Channel = z.output<typeof Channel>;

export const ChannelsInput = z
  .strictObject({ channels: z.array(Channel).max(500).describe('all there are to be') })
  .meta({ id: 'ChannelsInput' });

export type ChannelsInput = z.output<typeof ChannelsInput>;

/** How often somebody has tried what no channel allowed. */
export interface RefusedMessages {
  from_id: string;
  type: string;
  /** Of who would have received it, or one of those. */
  to_role: AgentRole;
  times: number;
  first_at: Date;
  last_at: Date;
}

export const ChannelsAnswer = z
  .strictObject({
    version: z.int().describe('0: as Muster comes'),
    channels: z.array(Channel),
    refused: z
      .array(
        z.strictObject({
          from_id: z.string(),
          type: z.string(),
          to_role: z.enum(agentRoles),
          times: z.int(),
          first_at: time,
          last_at: time,
        }),
      )
      .describe('what was tried in vain, the latest first; at most a hundred'),
  })
  .meta({ id: 'Channels' });

export type ChannelsAnswer = z.output<typeof ChannelsAnswer>;

/** The only list there is. */
export const channelList = 'message_channels';
