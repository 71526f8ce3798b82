/** Agents write to each other, and people look after it, over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../local/client.ts';
import { openTown, type Town } from './town.ts';

interface Message {
  message_id: string;
  receipt: string;
  type: string;
  body: Record<string, unknown>;
}

let town: Town;
let olga: Client;
let sam: Client;
let bert: Client;
let cleo: Client;

beforeAll(async () => {
  town = await openTown();
  olga = await town.person('olga', ['operator']);
  await town.person('dan', []);
  sam = await town.agent('sam', { owner: 'dan', role: 'supervisor' });
  bert = await town.agent('bert', { owner: 'dan', capabilities: ['lint'] });
  cleo = await town.agent('cleo', { owner: 'dan', capabilities: ['lint'] });
});
afterAll(() => town.close());

const receive = async (id: string, client: Client, wait_seconds = 0) =>
  (await client.post<{ messages: Message[] }>(`/v1/agents/${id}/messages/receive`, { max: 10, wait_seconds })).messages;
const settle = (client: Client, messages: Message[], action: string, more = {}) =>
  client.post('/v1/messages/settle', {
    settle: messages.map(({ message_id, receipt }) => ({ message_id, receipt, action, ...more })),
  });

test('a type of its own, a message to whoever can, one that is refused, and what operators see of all that', async () => {
  const body_schema = { type: 'object', required: ['file'], properties: { file: { type: 'string' } } };
  await town.admin.put('/v1/messages/types/lint_order', { body_schema });
  expect(await sam.get('/v1/messages/types/lint_order')).toMatchObject({ version: 1, max_bytes: 65_536 });

  const waiting = [receive('bert', bert, 10), receive('cleo', cleo, 10)];
  const order = { to_capability: 'lint', type: 'lint_order', body: { file: 'a.ts' } };
  await expect(sam.post('/v1/messages', { ...order, body: {} })).rejects.toMatchObject({ code: 'invalid' });
  await sam.post('/v1/messages', order);
  const taken = await Promise.race(waiting);
  expect(taken).toMatchObject([{ type: 'lint_order', body: { file: 'a.ts' } }]);
  await sam.post('/v1/messages', { to_role: 'worker', type: 'status_update', body: {} });
  const all = (await Promise.all(waiting)).flat();
  expect(all.map(({ type }) => type).toSorted()).toContain('status_update');

  await expect(
    bert.post('/v1/messages', { ...order, to_capability: undefined, to_agent: 'cleo' }),
  ).rejects.toMatchObject({
    code: 'channel_closed',
  });
  const { version, channels, refused } = await town.admin.get<{
    version: number;
    channels: object[];
    refused: object[];
  }>('/v1/messages/channels');
  expect(refused).toMatchObject([{ from_id: 'bert', type: 'lint_order', to_role: 'worker', times: 1 }]);
  expect(version).toBe(0);
  await town.admin.put('/v1/messages/channels', {
    channels: [...channels, { from_role: 'worker', type: 'lint_order', to_role: 'worker' }],
  });
  await bert.post('/v1/messages', { to_agent: 'cleo', type: 'lint_order', body: { file: 'b.ts' } });

  const mail = await receive('cleo', cleo, 10);
  await settle(
    cleo,
    mail.filter(({ type }) => type === 'lint_order'),
    'dead_letter',
    { reason: 'no such file' },
  );
  const dead = await olga.get<{ items: { message_id: string }[] }>('/v1/messages/dead?type=lint_order&from_id=bert');
  expect(dead.items).toMatchObject([{ reason: 'no such file', to_agent: 'cleo', earlier: [] }]);
  const message_ids = dead.items.map(({ message_id }) => message_id);
  expect(await olga.post('/v1/messages/dead/resend', { message_ids })).toEqual({ resent: message_ids, left: [] });
  const again = await receive('cleo', cleo, 10);
  expect(again).toMatchObject([{ message_id: message_ids[0], attempt: 1 }]);
  await settle(cleo, again, 'retry', { after_seconds: 3600 });
  expect(await olga.get('/v1/messages/statistics')).toMatchObject({ all: { delayed: 1, dead: 0 } });
  await expect(cleo.get('/v1/messages/statistics')).rejects.toMatchObject({ code: 'forbidden' });
});
