/** What stands in tables that the first version did not have, each by the version that brought them. */
import { runMaintenance } from '../../shared/maintenance/run.ts';
import { ChannelsInput } from '../../shared/messages/channel.ts';
import { MessageTypeInput } from '../../shared/messages/custom-type.ts';
import { SendInput } from '../../shared/messages/message.ts';
import { putChannels } from '../../shared/messages/put-channels.ts';
import { putMessageType } from '../../shared/messages/put-type.ts';
import { receiveMessages } from '../../shared/messages/receive.ts';
import { resendDeadLetters } from '../../shared/messages/resend.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { settleMessages } from '../../shared/messages/settle.ts';
import { createWebhook } from '../../shared/webhooks/create.ts';
import { testWebhook } from '../../shared/webhooks/by-hand.ts';
import { dailyDigest } from '../../shared/digest/daily.ts';
import { listWebhooks } from '../../shared/webhooks/read.ts';
import { RotaInput } from '../../shared/webhooks/rota/rota.ts';
import { putRota } from '../../shared/webhooks/rota/set.ts';
import { NewWebhook } from '../../shared/webhooks/webhook.ts';
import { unpaused } from '../maintenance/unpaused.ts';
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

/** 004_mailboxes: a type of messages, a dead letter that was sent again, and channels, none of which is for what is tried. */
export async function sayWhoMayWrite(town: Town): Promise<void> {
  const { platform } = town;
  const body_schema = { type: 'object', properties: { page: { type: 'integer' } } };
  await putMessageType(platform, admin, { name: 'page', ...MessageTypeInput.parse({ body_schema }) });
  const channels = [
    { from_role: 'supervisor', type: '*', to_role: '*' },
    { from_role: '*', type: 'custom', to_role: '*' },
  ];
  await putChannels(platform, admin, ChannelsInput.parse({ channels }));
  await sendAgain(town, 'reader');
  const tried = SendInput.parse({ to_agent: 'reader', type: 'page', body: { page: 1 } });
  await sendMessages(platform, asAgent('writer'), tried).catch(refused);
}

async function sendAgain({ platform }: Town, agent_id: string): Promise<void> {
  const letter = SendInput.parse({ to_agent: agent_id, type: 'custom', body: {} });
  await sendMessages(platform, asAgent('writer'), letter);
  const { messages } = await receiveMessages(platform, asAgent(agent_id), { agent_id, max: 1, wait_seconds: 0 });
  const settle = messages.map(({ message_id, receipt }) => ({ message_id, receipt, action: 'dead_letter' as const }));
  await settleMessages(platform, asAgent(agent_id), { settle });
  await resendDeadLetters(platform, admin, { filter: {} });
}

/** 007_archive: a job that ended a month ago. */
export async function archiveOne(town: Town): Promise<void> {
  await town.cancel(await town.submitted());
  await town.tamper("update jobs set finished_at = '2026-01-01T00:00:00.000Z' where state = 'cancelled'");
  await unpaused(town.world, runMaintenance(town.platform, admin, { seconds: 60 }));
}

/** 008_webhooks: a webhook at which nobody listens, and what it was to be told. */
export async function tellNobody(town: Town): Promise<void> {
  const said = NewWebhook.parse({ url: 'http://127.0.0.1:9/hook', event_types: ['job.*'] });
  const webhook = await createWebhook(town.platform, admin, said);
  await testWebhook(town.platform, admin, webhook);
  await town.settle();
}

/** 010_rota: somebody is on call, and the digest of a day is sent to nobody. */
export async function callSomebody(town: Town): Promise<void> {
  const [webhook] = await listWebhooks(town.platform, admin, { limit: 1 });
  const members = [{ principal_id: admin.id, webhook_id: webhook?.webhook_id ?? '' }];
  const weekly = { time_zone: 'UTC', handover: { weekday: 'monday', time: '09:00' }, starts_on: '2026-03-02', members };
  await putRota(town.platform, admin, RotaInput.parse({ ...weekly, digest: false }));
  await dailyDigest(town.platform);
}
