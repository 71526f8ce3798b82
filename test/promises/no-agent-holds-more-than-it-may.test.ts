import { afterAll, beforeAll, expect, test } from 'vitest';
import { noAgentHoldsMoreThanItMay } from './no-agent-holds-more-than-it-may.ts';
import { Lives } from './lives.ts';

let lives: Lives;
beforeAll(async () => {
  lives = await Lives.open([noAgentHoldsMoreThanItMay]);
}, 60_000);
afterAll(() => lives.close());

test('none holds more than it may, though some come to their limit', async () => {
  expect(await lives.until("select 1 from tasks where holder_id = 'reader'")).toEqual([]);
  expect(
    await lives.until("select 1 from tasks where holder_id = 'writer' group by holder_id having count(*) > 1"),
  ).toEqual([]);
});

test('one too many would be found', async () => {
  await lives.until('select 1 from tasks group by 1 having count(*) > 1');
  const found = lives.tampered("update tasks set state = 'running', holder_id = 'reader', lease_until = now_plus(60)");
  expect(found).toContainEqual(expect.stringMatching(/^reader holds . of 1$/));
});
