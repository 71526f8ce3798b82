import { afterAll, beforeAll, expect, test } from 'vitest';
import { noResourceBeyondItsCapacity } from './no-resource-beyond-its-capacity.ts';
import { whatAJobHeldIsFreeAtItsEnd } from './what-a-job-held-is-free-at-its-end.ts';
import { Lives } from './lives.ts';

let lives: Lives;
beforeAll(async () => {
  lives = await Lives.open([noResourceBeyondItsCapacity, whatAJobHeldIsFreeAtItsEnd]);
}, 60_000);
afterAll(() => lives.close());

const needed = `select 1 from deployments where json_array_length(definition, '$.required_resources') > 0
  and exists (select 1 from tasks where tasks.deployment_id = deployments.id)`;

test('none is allocated beyond its capacity, and everything is free at the end', async () => {
  expect(await lives.until(needed)).toEqual([]);
  expect(await lives.until(needed)).toEqual([]);
});

test('one unit too much would be found, and one that is kept', async () => {
  await lives.until(needed);
  expect(lives.tampered('update resources set allocated = capacity + 1')).toEqual(
    expect.arrayContaining([
      expect.stringContaining('and gave'),
      expect.stringContaining('and has given 0'),
      'something of bench is taken by nobody',
    ]),
  );
  const deployment = '(select deployment_id from jobs limit 1)';
  const kept = lives.tampered(
    `insert into allocations values (${deployment}, 'bench', 1)`,
    `insert into tool_uses values (${deployment}, 'linter', 1, '2026-03-01T00:00:00.000Z')`,
  );
  expect(kept).toEqual(
    expect.arrayContaining([
      expect.stringContaining('still has allocations'),
      expect.stringContaining('still has tool_uses'),
    ]),
  );
});
