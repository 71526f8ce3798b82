/** Planted breaches of the lock order: each is found, and what keeps to the order is not. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockPrincipal } from '../../shared/access/store.ts';
import { findAgent, lockAgent, touchAgent } from '../../shared/agents/store.ts';
import { lockBudget } from '../../shared/budgets/store.ts';
import { storeReadiness } from '../../shared/deployments/store.ts';
import { findJob, lockJob } from '../../shared/jobs/store/rows.ts';
import { insertTemplate, listTemplateRows, lockTemplate } from '../../shared/jobs/store/templates.ts';
import { deliver } from '../../shared/messages/store/receive.ts';
import { migrations } from '../../shared/platform/database/migrate.ts';
import { store } from '../../shared/platform/database/statement.ts';
import type { Tx } from '../../shared/platform/platform.ts';
import { findIdempotencyKey } from '../../shared/access/store/idempotency.ts';
import { cancelTasks } from '../../shared/tasks/stop.ts';
import { lockTasks } from '../../shared/tasks/store.ts';
import { definition, openTown, type Town } from '../road/town.ts';
import { alone, order, owned, unique, written } from './order.ts';
import { boundTo } from './statement.ts';

let town: Town;
let job_id: string;
let deployment_id: string;
beforeEach(async () => {
  town = await openTown();
  job_id = await town.started({ supporting_agents: ['reader'] });
  ({ deployment_id } = await town.job(job_id));
});
afterEach(() => town.close());

/** A transaction that goes by the name of one of ours; gives what was found wrong with it, and takes note of it. */
async function breachesOf(work: (tx: Tx) => Promise<unknown>): Promise<string[]> {
  await town.platform.db.transaction('executeJob', work);
  return [...new Set(town.world.breaches.splice(0))];
}

const month = { scope: 'month', period: '2026-03' };
const agent = (id: string) => ({ id, load: null, measured_capacity: null });
const odd = store<{ events: { stream: string; actor: string }; migrations: { name: string; applied_at: Date } }>();
const changeEvents = odd.change((q, p: { stream: string; actor: string }) =>
  q.updateTable('events').set({ actor: p.actor }).where('stream', '=', p.stream),
);
const migrated = odd.change((q, p: { name: string; applied_at: Date }) =>
  q.insertInto('migrations').values({ name: p.name, applied_at: p.applied_at }),
);

describe('a transaction', () => {
  it.each<[string, (tx: Tx) => Promise<unknown>, string]>([
    [
      'that locks tasks before budgets',
      async (tx) => [await lockTasks(tx, { deployment_id }), await lockBudget(tx, month)],
      'executeJob locks budgets after tasks',
    ],
    [
      'that locks an agent while it holds a job',
      async (tx) => [await lockJob(tx, { id: job_id }), await touchAgent(tx, agent('writer'))],
      'executeJob locks agents after jobs',
    ],
    [
      'that locks two of one kind in another order than that of their keys',
      async (tx) => [await lockAgent(tx, { id: 'writer' }), await lockAgent(tx, { id: 'reader' })],
      'executeJob locks agents out of the order of keys',
    ],
    [
      'that locks several rows by one change, in whatever order the index gives',
      (tx) => cancelTasks(tx, deployment_id, 'planted'),
      'executeJob locks tasks in no order, by one update of several',
    ],
    [
      'that reads before its first lock',
      async (tx) => [await findJob(tx, { id: job_id }), await lockJob(tx, { id: job_id })],
      'executeJob reads jobs before its first lock, that of jobs',
    ],
    [
      'that changes a row by what it read of it without a lock',
      async (tx) => [
        await lockAgent(tx, { id: 'reader' }),
        await findAgent(tx, { id: 'writer' }),
        await touchAgent(tx, agent('writer')),
      ],
      'executeJob changes agents by what it read of it without a lock',
    ],
    [
      'that changes what belongs to a job without the lock of the job',
      (tx) => storeReadiness(tx, { id: deployment_id, readiness: {} }),
      'executeJob takes the update of deployments without the lock of jobs',
    ],
    [
      'that inserts because there was nothing, where no key would stop a second one',
      async (tx) => [
        await listTemplateRows(tx, {}),
        await insertTemplate(tx, { name: 'a', version: 1, head_hash: 'x', definition: definition() }),
      ],
      'executeJob inserts templates by what it read of it without a lock',
    ],
    [
      'that changes the record',
      (tx) => changeEvents(tx, { stream: job_id, actor: 'x' }),
      'executeJob changes events, which nobody may',
    ],
    [
      'that writes a table without a place',
      (tx) => migrated(tx, { name: 'x', applied_at: tx.at }),
      'executeJob writes migrations, which has no place in the order',
    ],
  ])('%s is found', async (_, work, breach) => {
    expect(await breachesOf(work)).toContain(breach);
  });

  it('that keeps to the order is let be', async () => {
    const key = { caller: 'a', operation: 'b', idempotency_key: 'c' };
    const ordered = async (tx: Tx) => {
      await findIdempotencyKey(tx, key);
      await lockAgent(tx, { id: 'reader' });
      await lockAgent(tx, { id: 'writer' });
      await touchAgent(tx, agent('reader')); // held already
      await lockPrincipal(tx, { id: 'ops' });
      await lockJob(tx, { id: job_id });
      await storeReadiness(tx, { id: deployment_id, readiness: {} });
      await lockBudget(tx, month);
      await lockTemplate(tx, { name: 'a' });
      await insertTemplate(tx, { name: 'a', version: 1, head_hash: 'x', definition: definition() });
      await lockTasks(tx, { deployment_id });
      await cancelTasks(tx, deployment_id, 'planted');
      await deliver(tx, { agent_id: 'writer', own: 'agent:writer', limit: 5, receipt: 'rcpt_1', lease_seconds: 90 }); // passes over what others hold
    };
    expect(await breachesOf(ordered)).toEqual([]);
  });

  it('of a test is its own affair', async () => {
    await town.platform.db.transaction('a test', async (tx) => {
      await lockTasks(tx, { deployment_id });
      await lockJob(tx, { id: job_id });
    });
    expect(town.world.breaches).toEqual([]);
  });
});

it('a world with a breach does not close in silence', async () => {
  const other = await openTown();
  await other.platform.db.transaction('executeJob', async (tx) => {
    await lockJob(tx, { id: 'job_x' });
    await lockAgent(tx, { id: 'writer' });
  });
  await expect(other.close()).rejects.toThrow('locks: executeJob locks agents after jobs');
});

describe('the order', () => {
  const placed: string[] = [...Object.keys(order), ...Object.keys(owned), ...written];

  it('has a place for each table, and one only', () => {
    const tables = migrations().flatMap(({ sql }) =>
      [...sql.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name = '']) => name),
    );
    expect(placed.toSorted()).toEqual([...new Set(tables)].toSorted()); // one that was made anew counts once
    expect(unique.filter((table) => !placed.includes(table))).toEqual([]);
  });

  it('is the one that the documents tell', () => {
    const page = readFileSync(new URL('../../docs/decisions/lock-order.md', import.meta.url), 'utf8');
    const told = (heading: string) => {
      const [, section = ''] = page.split(`## ${heading}\n`);
      return [...(section.split('\n## ')[0] ?? '').matchAll(/^\| +`(\w+)`/gm)].map(([, table]) => table);
    };
    expect(told('The order')).toEqual(Object.keys(order));
    expect(told('Rows that belong to others')).toEqual(Object.keys(owned));
    for (const table of [...written, ...alone]) expect(page).toContain(`\`${table}\``);
  });
});

describe('the key of a row', () => {
  const query = (sql: string, ...parameters: unknown[]) => ({ sql, parameters });

  it('is read off the text, whatever the dialect', () => {
    const lite = `update "tasks" set "a" = ?, "b" = 'what?' where "state" = ? and "id" = ?`;
    expect(boundTo(query(lite, 1, 'queued', 'task_1'), 'id')).toBe('task_1');
    expect(boundTo(query('update "tasks" set "a" = @1 where "id" = @2', 1, 'task_1'), 'id')).toBe('task_1');
    expect(boundTo(query('update "tasks" set "id" = ?', 'task_1'), 'id')).toBeUndefined();
    expect(boundTo(query('select * from "tasks" where "job_id" = ?', 'job_1'), 'id')).toBeUndefined();
  });
});
