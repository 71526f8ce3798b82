import { afterAll, beforeAll, expect, test } from 'vitest';
import { aLostHolderWritesNothing } from './a-lost-holder-writes-nothing.ts';
import { aRecordedEffectHappensOnce } from './a-recorded-effect-happens-once.ts';
import { oneJobForOneKey } from './one-job-for-one-key.ts';
import type { Ledger } from '../simulation/ledger.ts';
import { Lives } from './lives.ts';

let lives: Lives;
beforeAll(async () => {
  lives = await Lives.open([aRecordedEffectHappensOnce, aLostHolderWritesNothing, oneJobForOneKey]);
}, 60_000);
afterAll(() => lives.close());

const done = "select 1 from tasks where state = 'succeeded'";
const task = "(select id from tasks where state = 'succeeded' limit 1)";

test('each effect is recorded once, and a lost holder writes nothing', async () => {
  for (const ended of ['succeeded', 'delayed'])
    expect(await lives.until(`select 1 from holds where ended_as = '${ended}'`)).toEqual([]);
  expect(await lives.until('select 1 from deployments where number > 1')).toEqual([]);
});

test('an output that nobody gave would be found, and a second end', async () => {
  await lives.until(done);
  expect(lives.tampered(`update tasks set output = '{"forged":1}' where id = ${task}`)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('its holder has not given'),
      expect.stringContaining('when it was written to'),
    ]),
  );
  expect(lives.tampered(`update tasks set name = 'forged' where id = ${task}`)).toEqual(
    expect.arrayContaining([expect.stringContaining('is not told'), expect.stringContaining('has not ended')]),
  );
  expect(lives.tampered(`update tasks set attempts = attempts + 1 where id = ${task}`)).toContainEqual(
    expect.stringContaining('had ended and went on'),
  );
  expect(lives.tampered('update agent_records set completed = completed + 1')).toContainEqual(
    expect.stringContaining('were learned from'),
  );
  const again = ["update jobs set state = 'failed'", "update jobs set state = 'executing'"];
  expect(lives.tampered(...again, ...again)).toContainEqual(expect.stringContaining('was executing more than once'));
});

test('a report would be found that was taken of somebody else, or in vain, or for another amount', async () => {
  const used = "select 1 from holds where ended_as = 'succeeded' and output_tokens > 0";
  const told = (retell: (ledger: Ledger) => unknown) => lives.toldOtherwise(retell).join();
  const heard = (ledger: Ledger) =>
    ledger.of('report').filter(({ report, heard }) => report === 'complete' && heard === 'done');
  do await lives.until(used);
  while (heard(lives.ledger).length === 0);
  expect(told((ledger) => ledger.of('report').forEach((line) => (line.usage = null)))).toContain('was told otherwise');
  expect(told((ledger) => heard(ledger).forEach((line) => (line.state = 'queued')))).toContain('was told queued');
  expect(told((ledger) => heard(ledger).forEach((line) => (line.report = 'fail')))).toContain('its fail was taken');
  expect(told((ledger) => ledger.of('report').forEach((line) => (line.agent = 'eve')))).toContain('of eve was taken');
});

test('two jobs for one key would be found, another definition, and a job that nobody wanted', async () => {
  await lives.until(done);
  const changed = "update deployments set definition = json_set(definition, '$.job_description', 'evil')";
  expect(lives.tampered(changed)).toContainEqual(expect.stringContaining('is not what was sent'));
  const twice = lives.toldOtherwise((ledger) => {
    const line = ledger.of('submission').find(({ job_id }) => job_id !== null);
    if (line !== undefined) ledger.note('submission', { ...line, job_id: 'job_second' });
  });
  expect(twice).toEqual(
    expect.arrayContaining([
      'job_second was acknowledged and is not there',
      expect.stringContaining('has more than one job'),
    ]),
  );
  const unwanted = lives.toldOtherwise((ledger) => ledger.lines.splice(0));
  expect(unwanted).toContainEqual(expect.stringMatching(/^0 jobs were asked for and/));
  const more = `insert into deployments (id, job_id, number, definition, created_at)
    select id || 'x', job_id, number + 50, definition, created_at from deployments`;
  expect(lives.tampered(more)).toContainEqual(expect.stringContaining('deployments, and between'));
});
