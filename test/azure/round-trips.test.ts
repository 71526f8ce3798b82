/** The hot verbs are one round trip each, by the real driver: BEGIN, every statement and COMMIT in one request. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stages } from '../../functions/stages.ts';
import { receiveMessages } from '../../shared/messages/receive.ts';
import { sendMessages } from '../../shared/messages/send.ts';
import { SendInput } from '../../shared/messages/message.ts';
import { claimTasks } from '../../shared/tasks/claim.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { callerOf, openCrew, type Crew } from '../tasks/crew.ts';
import { migrated, openServer, type Server } from './a-server.ts';

let server: Server;
let crew: Crew;
let requests: () => string[];
beforeEach(async () => {
  server = await openServer();
  await migrated(server);
  crew = await openCrew(server.settings);
  server.follow(crew.clock);
  requests = server.requests;
  await crew.register('worker_1', { max_concurrent_tasks: 5, capabilities: ['lint'] });
  await crew.register('worker_2');
  await crew.claim('worker_1'); // which is written down as a sign of life
  requests();
});
afterEach(async () => {
  await crew.close();
  await server.close();
});

const whole = /^begin transaction;\n[^]*;\ncommit transaction;$/;
const claim = (max = 1, claim_id = 'c1') =>
  claimTasks(crew.platform, callerOf('worker_1'), { agent_id: 'worker_1', max, wait_seconds: 0, claim_id });

test('a claim, whether it finds something or not', async () => {
  expect((await claim()).tasks).toEqual([]);
  expect(requests()).toEqual([expect.stringMatching(whole)]);
  await crew.queue(
    { name: 'late', priority: 5 },
    { name: 'first', priority: 1, capabilities: ['lint'] },
    { priority: 9 },
  );
  requests();
  expect((await claim(2)).tasks.map(({ name }) => name)).toEqual(['first', 'late']);
  expect(requests()).toEqual([expect.stringMatching(whole)]);
});

test('a claim that is repeated, as after a lost answer', async () => {
  await crew.queue({}, {});
  const { tasks } = await claim();
  requests();
  expect((await claim(2)).tasks).toEqual(tasks);
  expect(requests()).toEqual([expect.stringMatching(whole)]);
  server.faults.order({ on: 'statement', when: 'after', how: 'reset', text: /"served"/ });
  const passing = setInterval(() => void crew.advance(1), 5); // tries again sleep on the process's clock
  expect((await claim(1, 'c2').finally(() => clearInterval(passing))).tasks).toHaveLength(1);
});

test('a completion, also one that claims the next', async () => {
  await crew.queue({}, {});
  const [task] = (await claim()).tasks;
  requests();
  const report = { task_id: task?.task_id ?? '', fence: 1, output: { done: true } };
  const prefetch = { max: 1, claim_id: 'c2' };
  const { state, tasks } = await completeTask(crew.platform, callerOf('worker_1'), { ...report, prefetch });
  expect([state, tasks.length]).toEqual(['succeeded', 1]);
  expect(requests()).toEqual([expect.stringMatching(whole)]);
  const next = { task_id: tasks[0]?.task_id ?? '', fence: 1, output: { done: true } };
  expect(await completeTask(crew.platform, callerOf('worker_1'), next)).toMatchObject({ state: 'succeeded' });
  expect(requests()).toEqual([expect.stringMatching(whole)]);
});

test('a completion that reports usage, after one look at what it costs', async () => {
  await crew.queue({});
  const [task] = (await claim()).tasks;
  requests();
  const usage = { model: 'gpt-4o', input_tokens: 1000, cached_tokens: 0, output_tokens: 100 };
  const report = { task_id: task?.task_id ?? '', fence: 1, output: {}, usage };
  await completeTask(crew.platform, callerOf('worker_1'), report);
  expect(requests()).toEqual([expect.stringMatching(/^select coalesce/), expect.stringMatching(whole)]);
  expect(await crew.task(report.task_id)).toMatchObject({ model: 'gpt-4o', input_tokens: 1000, priced: true });
});

test.each([1, 100])('sending %i messages, and receiving them', async (count) => {
  const message = { to_agent: 'worker_2', type: 'custom', body: { said: 'hello' } };
  const { messages } = SendInput.parse({ messages: Array.from({ length: count }, () => message) });
  const sent = await sendMessages(crew.platform, callerOf('worker_1'), { messages, idempotency_key: 'key' });
  expect(sent.messages).toHaveLength(count);
  expect(requests()).toEqual([expect.stringMatching(whole)]);
  expect(await sendMessages(crew.platform, callerOf('worker_1'), { messages, idempotency_key: 'key' })).toEqual(sent);
  expect(requests()).toEqual([expect.stringMatching(whole)]);
  const receiving = { agent_id: 'worker_2', max: 100, wait_seconds: 0 };
  const received = await receiveMessages(crew.platform, callerOf('worker_2'), receiving);
  expect(received.messages).toHaveLength(count);
  expect(requests()).toEqual([expect.stringMatching(whole)]);
});

test('a heartbeat is a begin, two requests and a commit', async () => {
  await crew.queue({});
  const { tasks } = await claim();
  requests();
  await crew.beat('worker_1', tasks);
  expect(requests()).toHaveLength(4);
});

test('the claim of a stage is a begin, one request and a commit', async () => {
  await stages.estimate.run(crew.platform, 'job_1');
  requests();
  await stages.validate.run(crew.platform, 'job_1');
  const begun = requests();
  const claimed = begun.findIndex((text) => text.includes('update "jobs"'));
  expect(begun.slice(claimed - 1, claimed + 2)).toEqual([
    expect.stringMatching(/^begin transaction/),
    expect.stringMatching(/update "jobs"[^]*;\n?select /),
    expect.stringMatching(/^commit transaction/),
  ]);
});
