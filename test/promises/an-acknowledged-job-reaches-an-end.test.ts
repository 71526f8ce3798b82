import { afterAll, beforeAll, expect, test } from 'vitest';
import { anAcknowledgedJobReachesAnEnd } from './an-acknowledged-job-reaches-an-end.ts';
import { Lives } from './lives.ts';

let lives: Lives;
beforeAll(async () => {
  lives = await Lives.open([anAcknowledgedJobReachesAnEnd]);
}, 60_000);
afterAll(() => lives.close());

test('every job comes to an end, and nothing of it goes on', async () => {
  for (const state of ['succeeded', 'failed', 'cancelled'])
    expect(await lives.until(`select 1 from jobs where state = '${state}'`)).toEqual([]);
});

test('a job that is stuck would be found, and one that is lost', async () => {
  await lives.until("select 1 from tasks where state = 'succeeded'");
  const [{ id } = { id: '' }] = lives.rows<{ id: string }>('select id from jobs');
  expect(lives.tampered(`update jobs set state = 'estimated' where id = '${id}'`)).toEqual([
    `${id} has not come to an end`,
  ]);
  expect(lives.tampered("update tasks set state = 'delayed'").length).toBeGreaterThan(1);
  const lost = lives.toldOtherwise((ledger) => {
    for (const line of ledger.of('submission')) line.job_id = 'job_lost';
  });
  expect(lost).toContain('job_lost has not come to an end');
});
