import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../shared/messages/channel.ts';
import { putChannels } from '../../shared/messages/put-channels.ts';
import { getChannels, readChannels } from '../../shared/messages/read-channels.ts';
import { admin, callerOf } from '../tasks/crew.ts';
import { letter, openMail, type Mail } from './mail.ts';

let mail: Mail;
beforeEach(async () => {
  mail = await openMail();
  for (const id of ['alice', 'bert']) await mail.register(id, { capabilities: ['lint'] });
  await mail.register('sam', { role: 'supervisor' });
  await mail.register('olga', { role: 'observer', capabilities: ['lint'] });
});
afterEach(() => mail.close());

const put = (channels: Channel[], if_match?: string) => putChannels(mail.platform, admin, { channels, if_match });
const read = () => readChannels(mail.platform.db.read);
const order = (to: object) => letter(to, 'do it', { type: 'task_assignment' });
const closed = (words: string) => ({ code: 'channel_closed', facts: { detail: words } });

describe('channels', () => {
  it('let everybody send what is built in, but for assignments and questions, which are the supervisors’', async () => {
    expect(await mail.send(letter({ to_agent: 'bert' }))).toHaveLength(1);
    await expect(mail.send(order({ to_agent: 'bert' }))).rejects.toMatchObject(
      closed('No channel lets the role worker send task_assignment to the role worker.'),
    );
    expect(await mail.send(order({ to_agent: 'bert' }), callerOf('sam'))).toHaveLength(1);
    expect(await mail.receive('bert')).toHaveLength(2);
  });

  it('are for each of those who could take it: a capability is closed where one of them is', async () => {
    await put([{ from_role: 'worker', type: 'coordination', to_role: 'worker' }]);
    expect(await mail.send(letter({ to_agent: 'bert' }))).toHaveLength(1);
    await expect(mail.send(letter({ to_capability: 'lint' }))).rejects.toMatchObject(
      closed('No channel lets the role worker send coordination to the role observer.'),
    );
    await put([{ from_role: '*', type: 'coordination', to_role: '*' }]);
    expect(await mail.send(letter({ to_capability: 'lint' }))).toHaveLength(1);
  });

  it('let through all messages of a call or none', async () => {
    const messages = [letter({ to_agent: 'bert' }), order({ to_agent: 'bert' })];
    await expect(mail.send({ messages })).rejects.toMatchObject({ code: 'channel_closed' });
    expect(await mail.receive('bert')).toEqual([]);
  });

  it('count what they refuse in one row, however often it is tried', async () => {
    for (let times = 0; times < 5; times++) await mail.send(order({ to_agent: 'bert' })).catch(() => {});
    await mail.send(order({ to_agent: 'sam' }), callerOf('bert')).catch(() => {});
    const { refused } = await read();
    expect(refused).toHaveLength(2);
    expect(refused).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ from_id: 'alice', type: 'task_assignment', to_role: 'worker', times: 5 }),
      ]),
    );
    expect((await getChannels(mail.platform.db.read, callerOf('alice'))).refused).toEqual([]);
  });

  it('are put as a whole, each once, with a version and an event', async () => {
    const everything: Channel = { from_role: '*', type: '*', to_role: '*' };
    expect(await read()).toMatchObject({ version: 0 });
    expect(await put([everything, everything])).toMatchObject({ version: 1, channels: [everything] });
    await expect(put([], '"0"')).rejects.toMatchObject({ code: 'stale' });
    expect(await put([], '"1"')).toMatchObject({ version: 2, channels: [] });
    await expect(mail.send(letter({ to_agent: 'bert' }))).rejects.toMatchObject({ code: 'channel_closed' });
  });
});
