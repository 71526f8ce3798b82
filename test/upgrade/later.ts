/** What stands in tables that the first version did not have, each by the version that brought them. */
import { ChannelsInput } from '../../shared/messages/channel.ts';
import { MessageTypeInput } from '../../shared/messages/custom-type.ts';
import { SendInput } from '../../shared/messages/message.ts';
import { putChannels } from '../../shared/messages/put-channels.ts';
import { putMessageType } from '../../shared/messages/put-type.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { admin, asAgent, type Town } from '../road/town.ts';
import { refused } from '../kill/acts.ts';

/** 003_recoveries: an agent that fails so often that it is to be taken out of service. */
export async function failTooOften(town: Town): Promise<void> {
  await town.agent('spare');
  await failOnce(town);
  const failed = Array.from({ length: 19 }, () => ({ succeeded: false, at: town.world.clock.now().toISOString() }));
  await town.tamper("update agent_records set outcomes = ? where agent_id = 'spare'", JSON.stringify(failed));
  await failOnce(town);
}

async function failOnce(town: Town): Promise<void> {
  await town.started({ job_name: 'tiring', primary_agent: 'spare' });
  await town.fail('spare', await town.one('spare'), false);
  await town.settle();
}

/** 004_mailboxes: a type of messages and a list of channels, of which none is for what is tried. */
export async function sayWhoMayWrite({ platform }: Town): Promise<void> {
  const body_schema = { type: 'object', properties: { page: { type: 'integer' } } };
  await putMessageType(platform, admin, { name: 'page', ...MessageTypeInput.parse({ body_schema }) });
  const channels = [
    { from_role: 'supervisor', type: '*', to_role: '*' },
    { from_role: '*', type: 'custom', to_role: '*' },
  ];
  await putChannels(platform, admin, ChannelsInput.parse({ channels }));
  const tried = SendInput.parse({ to_agent: 'reader', type: 'page', body: { page: 1 } });
  await sendMessages(platform, asAgent('writer'), tried).catch(refused);
}
