/** Pairs that are known to be bad: each is found, and the same with its lock or guard is not. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockPrincipals, updatePrincipal } from '../../../shared/access/store.ts';
import { lockCalling, touchAgent } from '../../../shared/agents/store.ts';
import { findApproval, lockApproval, updateMoved } from '../../../shared/approvals/store.ts';
import { ballotsOf, insertBallot } from '../../../shared/approvals/store/ballots.ts';
import { findBudget, lockBudget, takeRoom } from '../../../shared/budgets/store.ts';
import { findJob, lockJob } from '../../../shared/jobs/store/rows.ts';
import { store } from '../../../shared/platform/database/statement.ts';
import type { Tx } from '../../../shared/platform/platform.ts';
import { findTask, lockTasks } from '../../../shared/tasks/store.ts';
import { take } from '../../../shared/tasks/store/claims.ts';
import { takeBackOne } from '../../../shared/tasks/store/leases.ts';
import { insertMatch, insertQueue, lockQueueMatching } from '../../../shared/tasks/store/queues.ts';
import { updateCompleted } from '../../../shared/tasks/store/settle.ts';
import { openTown, type Town } from '../../road/town.ts';
import { coursesOf, pairsOf } from './explore.ts';
import type { Wrong } from './interleave.ts';
import { newRecording, newRun, note, recorderTo, type Recording, type Run } from './recorder.ts';

interface Tables {
  budgets: { scope: string; period: string; reserved_micros: number };
  tasks: { id: string; state: string };
  jobs: { id: string; state: string };
  approvals: { id: string; state: string };
  principals: { id: string; roles: string[] };
}

const bad = store<Tables>();
const setReserved = bad.change((q, p: { period: string; micros: number }) =>
  q
    .updateTable('budgets')
    .set({ reserved_micros: p.micros })
    .where('scope', '=', 'month')
    .where('period', '=', p.period),
);
const setTask = bad.change((q, p: { id: string }) =>
  q.updateTable('tasks').set({ state: 'succeeded' }).where('id', '=', p.id),
);
const setJob = bad.change((q, p: { id: string }) =>
  q.updateTable('jobs').set({ state: 'cancelled' }).where('id', '=', p.id),
);
const setApproval = bad.change((q, p: { id: string }) =>
  q.updateTable('approvals').set({ state: 'consumed' }).where('id', '=', p.id),
);
const admins = bad.all((q, _: Record<never, never>) =>
  q
    .selectFrom('principals')
    .selectAll()
    .where(sql<boolean>`roles like '%"admin"%'`),
);

let town: Town;
let recording: Recording;
let ids: { job: string; deployment: string; approval: string; task: string };
const period = '2026-03';

beforeAll(async () => {
  recording = newRecording();
  town = await openTown({}, { engine: recorderTo(recording, () => true) });
  await town.person('zoe', 'admin');
  const job = await town.started({ supporting_agents: ['reader', 'checker'] });
  const { deployment_id } = await town.job(job);
  const [approval] = await town.sql<{ id: string }>('select id from approvals where job_id = ?', job);
  const { reader } = await town.tasks(job);
  await town.one('reader');
  ids = { job, deployment: deployment_id, approval: approval?.id ?? '', task: reader?.id ?? '' };
});
afterAll(async () => {
  await town.close();
});

type Work = (tx: Tx) => Promise<unknown>;

class Undone extends Error {}

/** What a transaction does; nothing of it stays. */
async function course(name: string, work: Work): Promise<Run> {
  const run = newRun(name);
  const asked = town.platform.db.transaction('planted', async (tx) => {
    const noted: Tx['run'] = async (query) => {
      const rows = await tx.run(query);
      note(recording, run, { query, rows });
      return rows;
    };
    await work({ ...tx, run: noted });
    throw new Undone();
  });
  await asked.catch((error: unknown) => expect(error).toBeInstanceOf(Undone));
  return run;
}

/** What may go wrong between two of these, in words. */
async function between(one: Work, other: Work = one): Promise<Wrong[]> {
  const runs = [await course('one', one), await course('other', other)];
  const [first, second] = coursesOf({ runs, facts: recording.facts });
  if (first === undefined || second === undefined) throw new Error('nothing was recorded');
  return [
    ...new Set(pairsOf(first, second).flatMap(({ because, wrong }) => (because.length === 0 ? [wrong] : []))),
  ].toSorted();
}

const held = () => ({ id: ids.task, fence: 1, holder_id: 'reader' });
const spent = { model: null, input_tokens: 0, cached_tokens: 0, output_tokens: 0, cost_micros: 0, priced: false };
const taking = (claim_id: string) => ({ agent_id: 'checker', claim_id, max: 1, lease_seconds: 90 });
const moved = { version: 9, head_hash: 'x', granted_at: null, due_seconds: 1, due_in_seconds: null };
const ballot = { decision: 'yes' as const, confidence: 1, reasoning: 'seen', evidence: [] };

describe('a known-bad pair is found, and the same with its lock or guard is not:', () => {
  it('room in a budget, read and then written', async () => {
    const month = { scope: 'month', period };
    const readThenWrite = async (tx: Tx) => [await findBudget(tx, month), await setReserved(tx, { period, micros: 5 })];
    expect(await between(readThenWrite)).toContain('lost update');
    expect(
      await between(async (tx) => [await lockBudget(tx, month), await setReserved(tx, { period, micros: 5 })]),
    ).toEqual([]);
    expect(await between((tx) => takeRoom(tx, { ...month, micros: 5 }))).toEqual([]);
  });

  it('a completion without its fence, beside the lease taken back', async () => {
    const back = (tx: Tx) => takeBackOne(tx, { id: ids.task, fence: 1, place: 'z', reason: 'late' });
    expect(
      await between(async (tx) => [await findTask(tx, { id: ids.task }), await setTask(tx, { id: ids.task })], back),
    ).toContain('lost update');
    expect(await between((tx) => updateCompleted(tx, { ...held(), ...spent, output: {} }), back)).toEqual([]);
  });

  it('a cancel without the lock of the job, beside its execution', async () => {
    const cancel = async (tx: Tx) => [await findJob(tx, { id: ids.job }), await setJob(tx, { id: ids.job })];
    const locked = async (tx: Tx) => [await lockJob(tx, { id: ids.job }), await setJob(tx, { id: ids.job })];
    expect(await between(cancel, locked)).toContain('lost update');
    expect(await between(locked)).toEqual([]);
  });

  it('two claims of one agent, without the lock of the agent', async () => {
    expect(
      await between(
        (tx) => take(tx, taking('a')),
        (tx) => take(tx, taking('b')),
      ),
    ).toContain('write skew');
    const claim = (claim_id: string) => async (tx: Tx) => [
      await lockCalling(tx, { id: 'checker' }),
      await take(tx, taking(claim_id)),
    ];
    expect(await between(claim('a'), claim('b'))).toEqual([]);
  });

  it('the last two admins, each of whom takes the role from the other', async () => {
    const demote = (id: string, read: Work) => async (tx: Tx) => {
      const rows = (await read(tx)) as Parameters<typeof updatePrincipal>[1][];
      const row = rows.find((each) => each.id === id);
      if (row !== undefined) await updatePrincipal(tx, { ...row, roles: [], version: 2, was: 1 });
    };
    const unlocked = (tx: Tx) => admins(tx, {});
    const locked = (tx: Tx) => lockPrincipals(tx, ['ada', 'zoe']);
    expect(await between(demote('ada', unlocked), demote('zoe', unlocked))).toContain('write skew');
    expect(await between(demote('ada', locked), demote('zoe', locked))).toEqual([]);
  });

  it('an approval consumed twice', async () => {
    const { approval: id } = ids;
    const twice = async (tx: Tx) => [await findApproval(tx, { id }), await setApproval(tx, { id })];
    const once = async (tx: Tx) => {
      const row = await findApproval(tx, { id });
      await updateMoved(tx, { ...moved, id, state: 'consumed', was: row?.state ?? '', was_version: row?.version ?? 0 });
    };
    expect(await between(twice)).toContain('lost update');
    expect(await between(once)).toEqual([]);
  });

  it('ballots counted without the lock of their question', async () => {
    const cast = (voter_id: string, lock: Work) => async (tx: Tx) => {
      await lock(tx);
      await ballotsOf(tx, { approval_id: ids.approval });
      await insertBallot(tx, { ...ballot, id: `ballot_${voter_id}`, approval_id: ids.approval, voter_id });
    };
    const none = async () => {};
    const locked = (tx: Tx) => lockApproval(tx, { id: ids.approval });
    expect(await between(cast('u', none), cast('v', none))).toContain('write skew');
    expect(await between(cast('u', locked), cast('v', locked))).toEqual([]);
  });

  it('locks in opposite orders', async () => {
    const money = (tx: Tx) => lockBudget(tx, { scope: 'month', period });
    const work = (tx: Tx) => lockTasks(tx, { deployment_id: ids.deployment });
    const one = async (tx: Tx) => [await money(tx), await work(tx)];
    expect(await between(one, async (tx) => [await work(tx), await money(tx)])).toContain('deadlock');
    expect(await between(one)).toEqual([]);
  });

  it('a lock in the wrong order that only the reference of a new row takes', async () => {
    const match = async (tx: Tx) => {
      await lockQueueMatching(tx, {});
      await insertQueue(tx, { id: 'all:new', capabilities: [] });
      await insertMatch(tx, { agent_id: 'reader', queue_id: 'all:new' });
    };
    const register = async (tx: Tx) => [
      await touchAgent(tx, { id: 'reader', load: null, measured_capacity: null }),
      await lockQueueMatching(tx, {}),
    ];
    expect(await between(match, register)).toContain('deadlock');
    expect(await between(match, async (tx) => [await lockQueueMatching(tx, {})])).toEqual([]);
  });
});
