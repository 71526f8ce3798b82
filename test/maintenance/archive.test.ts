import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkRecord } from '../../shared/insights/check-record.ts';
import { recordInDatabase } from '../../shared/insights/record-source.ts';
import { streamEvents } from '../../shared/events/feed.ts';
import { runMaintenance } from '../../shared/maintenance/run.ts';
import { asOasf } from '../../shared/road/oasf.ts';
import { listDeployments } from '../../shared/road/deployments.ts';
import { getPlan } from '../../shared/road/plan-answer.ts';
import type { Caller } from '../../shared/access/caller.ts';
import { unpaused } from './unpaused.ts';
import { admin, openTown, submitter, type Town } from '../road/town.ts';

const stranger: Caller = { id: 'sid', kind: 'person', roles: ['submitter'], owner_id: null };
const month = 31 * 86_400;

let town: Town;
beforeEach(async () => {
  town = await openTown();
  for (const agent of ['writer', 'reader']) town.beating.add(agent);
});
afterEach(() => town.close());

const maintained = async () =>
  (await unpaused(town.world, runMaintenance(town.platform, admin, { seconds: 60 }))).counts;
const plan = (job_id: string) => getPlan(town.platform, submitter, { job_id });
const deployments = (job_id: string) => listDeployments(town.platform, submitter, { job_id });
const onTheWire = (answer: object): unknown => JSON.parse(JSON.stringify(answer));

/** A job that was tried twice, with a secret of its own. */
async function ended(): Promise<string> {
  const id = await town.started({
    input: { token: 'secret' },
    sensitive: ['input.token'],
    supporting_agents: ['reader'],
  });
  await town.work({ input_tokens: 10, output_tokens: 10 });
  await town.retry(id);
  await town.settle();
  await town.approve(id);
  await town.work();
  return id;
}

/** Rows of every table that say something of a job, by its id or that of one of its deployments or approvals. */
async function rowsOf(id: string): Promise<string[]> {
  const of = 'select id from deployments where job_id = ?';
  const asked = 'select id from approvals where job_id = ?';
  const counts = {
    ...{
      jobs: 'id = ?',
      job_agents: 'job_id = ?',
      deployments: 'job_id = ?',
      tasks: 'job_id = ?',
      approvals: 'job_id = ?',
    },
    ...{ reservations: `deployment_id in (${of})`, sealed_values: "path = 'input.token' and ? <> ''" },
    ...{ voters: `approval_id in (${asked})`, ballots: `approval_id in (${asked})` },
  };
  const found: string[] = [];
  for (const [table, where] of Object.entries(counts)) {
    const rows = await town.sql(`select 1 as one from ${table} where ${where}`, id);
    if (rows.length > 0) found.push(table);
  }
  return found;
}

describe('a job that ended a month ago', () => {
  it('is still answered as it was, and nothing else is left of it but its events', async () => {
    const id = await ended();
    const before = onTheWire(await town.answer(id)) as object;
    const was = { plan: onTheWire(await plan(id)), deployments: onTheWire(await deployments(id)) };
    expect(await rowsOf(id)).toHaveLength(9);
    await town.world.advance(month);
    expect(await maintained()).toMatchObject({ jobs_archived: 1 });

    const answer = await town.answer(id);
    expect(answer).toEqual({ ...before, version: answer.version, archived_at: expect.any(String) });
    expect(asOasf(answer)).toMatchObject({ name: 'report' });
    expect({ plan: await plan(id), deployments: await deployments(id) }).toEqual(was);
    const events = await streamEvents(town.platform.db.read, { stream: id, after: 0, limit: 100 });
    expect(events.at(-1)).toMatchObject({ type: 'archived', number: answer.version });
    expect(await rowsOf(id)).toEqual([]);
  });

  it('leaves a record that is whole, and that says so when an event of it is gone', async () => {
    const id = await ended();
    await town.world.advance(month);
    await maintained();
    const record = () => checkRecord(recordInDatabase(town.platform.db.read, town.platform.sealer));
    expect((await record()).bad).toBeNull();
    await town.tamper("delete from events where stream = ? and type = 'archived'", id);
    expect((await record()).bad).toMatchObject({ stream: id });
  });

  it('cannot be changed, and is nobody else’s to see', async () => {
    const id = await ended();
    await town.world.advance(month);
    await maintained();
    for (const verb of [town.cancel, town.retry]) {
      await expect(verb(id)).rejects.toMatchObject({ code: 'job_archived' });
      await expect(verb(id, admin)).rejects.toMatchObject({ code: 'job_archived' });
      await expect(verb(id, stranger)).rejects.toMatchObject({ code: 'not_found' });
    }
    await expect(town.answer(id, stranger)).rejects.toMatchObject({ code: 'not_found' });
    await expect(plan('job_unknown')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('what is not archived', () => {
  it('is a job that ended of late, one that is not over, and one that was tried again', async () => {
    const again = await ended();
    const open = await town.started();
    await town.world.advance(month);
    const young = await town.submitted();
    await town.cancel(young);
    await town.retry(again);
    expect(await maintained()).not.toHaveProperty('jobs_archived');
    expect(await Promise.all([again, open, young].map(town.state))).not.toContain('archived');
  });
});

it('archives any number of jobs, in batches', async () => {
  for (let n = 0; n < 40; n++) await town.cancel(await town.submitted());
  await town.world.advance(month);
  expect(await maintained()).toMatchObject({ jobs_archived: 40 });
  expect(await town.sql('select 1 as one from jobs')).toEqual([]);
});
