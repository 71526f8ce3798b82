/** A recorded effect happens once; a holder whose claim was taken over, withdrawn or ended can write nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyRun, type Busy } from './busy.ts';

/** Notes what is written to a task that has ended, and by whom a task's output changes. */
const watch = [
  'create table written_late (task_id text)',
  `create trigger note_late after update on tasks
   when old.state in ('succeeded', 'failed', 'cancelled') and (
     new.state <> old.state or new.output is not old.output or new.attempts <> old.attempts
     or new.cost_micros <> old.cost_micros or new.input_tokens <> old.input_tokens or new.fence <> old.fence)
   begin insert into written_late values (new.id); end`,
  'create table stages_passed (job_id text, deployment text, state text)',
  `create trigger note_stage after update on jobs when new.state <> old.state
   begin insert into stages_passed values (new.id, new.deployment_id, new.state); end`,
];

interface Ended {
  stream: string;
  data: { deployment: number; tasks?: { name: string }[] };
}

describe.each([61, 62, 63])('in the run of seed %i', (seed) => {
  let busy: Busy;
  beforeAll(async () => {
    busy = await busyRun({ seed, watch });
  }, 60_000);
  afterAll(() => busy.close());

  /** Ends of tasks that the record tells more than once, or not at all. */
  async function misTold(): Promise<string[]> {
    const events = await busy.town.sql<Ended>("select stream, data from events where stream like 'job_%' escape '\\'");
    const told = events.flatMap(({ stream, data }) =>
      (data.tasks ?? []).map(({ name }) => `${stream} ${data.deployment} ${name}`),
    );
    const ended = await busy.town.sql<{ job_id: string; number: number; name: string }>(
      `select tasks.job_id, deployments.number, tasks.name from tasks
       join deployments on deployments.id = tasks.deployment_id where tasks.ended_at is not null`,
    );
    const names = ended.map(({ job_id, number, name }) => `${job_id} ${number} ${name}`);
    const twice = told.filter((name, at) => told.indexOf(name) !== at);
    return [...twice, ...names.filter((name) => !told.includes(name)), ...told.filter((name) => !names.includes(name))];
  }
  const twice = (columns: string, of: string) =>
    busy.town.sql(`select ${columns} from ${of} group by ${columns} having count(*) > 1`);

  test('each task’s end is told once', async () => {
    expect(await misTold()).toEqual([]);
  });

  test('each deployment started, ended and taught once', async () => {
    expect(await twice('deployment', "stages_passed where state = 'executing'")).toEqual([]);
    expect(await twice('deployment', "stages_passed where state = 'learning'")).toEqual([]);
    expect(await twice('deployment_id, target', 'calibrations')).toEqual([]);
    const [done] = await busy.town.sql(`select sum(completed) completed, sum(failed) failed from agent_records`);
    expect(done).toEqual(
      (await busy.town.sql("select sum(state = 'succeeded') completed, sum(state = 'failed') failed from tasks"))[0],
    );
  });

  test('whoever wrote late was refused, or heard the first answer again', async () => {
    expect(busy.late.length).toBeGreaterThan(0);
    for (const { report, answer } of busy.late)
      expect([report, answer]).toEqual([
        report,
        expect.stringMatching(/^lease_lost$|"state":"(delayed|failed|cancelled)"/),
      ]);
    expect(await busy.town.sql('select * from written_late')).toEqual([]);
    const [most] = await busy.town.sql<{ tokens: number }>(
      'select max(input_tokens + earlier_tokens) tokens from tasks',
    );
    expect(most?.tokens).toBeLessThan(1_000_000);
  });

  test('a second effect would be found', async () => {
    const id = "(select id from tasks where state = 'succeeded' limit 1)";
    await busy.town.tamper(`update tasks set output = '{"forged":1}' where id = ${id}`);
    expect(await busy.town.sql('select * from written_late')).toHaveLength(1);
    await busy.town.tamper(`update tasks set name = 'forged' where id = ${id}`);
    expect(await misTold()).toHaveLength(2);
    const job = '(select id from jobs limit 1)';
    for (const state of ['executing', 'failed', 'executing'])
      await busy.town.tamper(`update jobs set state = '${state}' where id = ${job}`);
    expect((await twice('deployment', "stages_passed where state = 'executing'")).length).toBeGreaterThan(0);
  });
});
