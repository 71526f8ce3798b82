/** What the doctor says of agents, queues, mailboxes and channels. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coordination } from '../../local/doctor/coordination.ts';
import type { Patient } from '../../local/doctor/check.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { admin } from '../tasks/crew.ts';
import { letter, openMail, type Mail } from '../messages/mail.ts';

let mail: Mail;
beforeEach(async () => {
  mail = await openMail();
  for (const id of ['alice', 'bert', 'worker_1']) {
    await mail.register(id);
    await mail.beat(id, []);
  }
});
afterEach(() => mail.close());

/** How it went, or what is wrong. */
async function says(name: string): Promise<string> {
  const check = coordination.find((one) => one.name === name);
  const { platform } = mail;
  const patient: Patient = { config: platform.config, platform, reads: () => platform.db.read };
  return check?.run(patient).catch((error: unknown) => (error as Error).message) ?? 'there is no such check';
}

it('finds nothing where there is no database yet', async () => {
  const { platform } = mail;
  for (const { run } of coordination)
    expect(await run({ config: platform.config, platform, reads: () => undefined })).toMatch(
      /^(none|each|mail|nobody)/,
    );
});

describe('agents', () => {
  it('that call in are well', async () => expect(await says('agents')).toBe('none is silent or isolated'));

  it('that are silent, isolated, or have never called are named; those that are called may be silent', async () => {
    await mail.register('late');
    await mail.register('called', { endpoint: 'https://agents.example/head' });
    await isolateAgent(mail.platform, admin, { agent_id: 'bert', reason: 'it lies' });
    await mail.advance(91);
    await mail.beat('alice', []);
    expect(await says('agents')).toBe('bert is isolated; late has never called; worker_1 is silent');
  });

  it('are named up to five', async () => {
    for (let n = 0; n < 7; n++) await mail.register(`late_${n}`);
    expect(await says('agents')).toMatch(/late_4 has never called; and 2 more$/);
  });
});

describe('queues', () => {
  it('with an agent are well', async () => {
    await mail.queue({});
    expect(await says('queues')).toBe('each with tasks has an agent');
  });

  it('whose tasks nobody alive may take are named', async () => {
    await mail.queue({}, {}, { capabilities: ['lint', 'scan'] });
    await mail.advance(91);
    expect(await says('queues')).toBe(
      '2 tasks in agent:worker_1, which nobody alive serves; 1 task in all:lint,scan, which nobody alive serves',
    );
  });
});

describe('mailboxes', () => {
  it('that are emptied are well', async () => {
    await mail.send(letter({ to_agent: 'bert' }));
    expect(await says('mailboxes')).toBe('mail is received');
  });

  it('in which mail lies, or was given up of late, are named', async () => {
    await mail.send(letter({ to_agent: 'bert' }));
    await mail.settle('bert', await mail.receive('bert'), 'dead_letter');
    await mail.send(letter({ to_agent: 'alice' }));
    await mail.advance(3601);
    expect(await says('mailboxes')).toBe('1 for over an hour in agent:alice; 1 given up in agent:bert');
  });
});

describe('channels', () => {
  it('that refuse nobody are well', async () => expect(await says('channels')).toBe('nobody was refused of late'));

  it('that refused somebody of late are named', async () => {
    const forbidden = letter({ to_agent: 'bert' }, 'do it', { type: 'task_assignment' });
    for (let n = 0; n < 2; n++) await mail.send(forbidden).catch(() => {});
    expect(await says('channels')).toBe('alice may not send task_assignment to worker (2 times)');
    await mail.advance(86_401);
    expect(await says('channels')).toBe('nobody was refused of late');
  });
});
