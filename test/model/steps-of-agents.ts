/** What agents do in a run. */
import * as fc from 'fast-check';
import type { UsageReport } from '../../shared/tasks/report.ts';
import { asAgent } from '../road/town.ts';
import { workers, type Road, type Task } from './data.ts';
import type { Muster } from './muster.ts';
import * as queue from './queue.ts';
import { choice } from './step.ts';

const worker = fc.constantFrom(...workers);

/** Mostly where there is something to take; sometimes the last claim once more. */
const claim = choice(fc.tuple(worker, fc.integer({ min: 1, max: 3 }), fc.nat(15)), ([any, most, dice]) => (road) => {
  const open = road.tasks.filter(({ state }) => state === 'queued');
  const agent = dice === 0 ? any : open[dice % open.length]?.agent;
  if (agent === undefined) return undefined;
  const last = road.tasks.findLast(({ holder }) => holder === agent)?.claim ?? null;
  const id = dice < 2 && last !== null ? last : `claim ${road.now}`;
  return {
    words: `${agent} claims up to ${most} as ${id}`,
    model: (road) => queue.claim(road, agent, { id, most }).map(({ name, fence }) => `${name} ${fence}`),
    muster: async (muster) => {
      const asked = { agent_id: agent, max: most, wait_seconds: 0, claim_id: id };
      const { tasks } = await muster.verbs.claimTasks(muster.town.platform, asAgent(agent), asked);
      return tasks.map((lease) => leaseName(muster, lease));
    },
  };
});

const leaseName = ({ names }: Muster, { task_id, fence }: { task_id: string; fence: number }) =>
  `${names.get(task_id)} ${fence}`;

/** Lists what it holds: all, all but one, or an old fence as well. */
const beat = choice(fc.tuple(worker, fc.nat(5)), ([agent, dice]) => (road) => {
  const held = road.tasks.filter(({ state, holder }) => state === 'running' && holder === agent);
  const listed = held.slice(dice === 0 ? 1 : 0).map((task) => ({ task, fence: task.fence - (dice === 1 ? 1 : 0) }));
  const words = listed.map(({ task, fence }) => `${task.name} ${fence}`);
  return {
    words: `${agent} calls in with ${words.join(', ') || 'nothing'}`,
    model: (road) => {
      const { invalid, stops } = queue.heartbeat(road, agent, listed);
      return { invalid: invalid.map(({ task }) => task.name), stops: stops.map(({ task }) => task.name) };
    },
    muster: async ({ town, verbs, ids, names }) => {
      const fences = listed.map(({ task, fence }) => ({ task_id: ids.get(task.name) ?? '', fence }));
      const { invalid, stops } = await verbs.heartbeat(town.platform, asAgent(agent), { agent_id: agent, fences });
      return {
        invalid: invalid.map(({ task_id }) => names.get(task_id)),
        stops: stops.map((one) => names.get(one.task_id)),
      };
    },
  };
});

interface Said {
  task: Task;
  fence: number;
  by: string;
  cost: number;
}

type Reporting = Record<'task_id', string> & { fence: number; usage: UsageReport };

const report = fc.record({
  at: fc.nat(3),
  cost: fc.constantFrom(0, 0, 100, 400, 700, 1500),
  /** 0: about any task that was ever held; 1: by another; 2: with an older fence. */
  dice: fc.nat(15),
});

/** A report of a holder, or of one that was it. */
const reporting = (
  verb: string,
  {
    model,
    muster,
  }: {
    model: (road: Road, said: Said) => unknown;
    muster: (muster: Muster, by: string, said: Reporting) => Promise<unknown>;
  },
) =>
  choice(report, ({ at, cost, dice }) => ({ tasks }) => {
    const held = tasks.filter(({ state, fence }) => (dice === 0 ? fence > 0 : state === 'running'));
    const task = held[at % Math.max(1, held.length)];
    if (task === undefined) return undefined;
    const by = (dice === 1 ? workers.find((one) => one !== task.holder) : task.holder) ?? '';
    const fence = task.fence - (dice === 2 ? 1 : 0);
    return {
      words: `${by} ${verb} ${task.name} ${fence} at a cost of ${cost}`,
      model: (road) => model(road, { task, fence, by, cost }),
      muster: (real) => {
        const usage = { model: 'penny', input_tokens: cost, cached_tokens: 0, output_tokens: 0 };
        return muster(real, by, { task_id: real.ids.get(task.name) ?? '', fence, usage });
      },
    };
  });

const complete = reporting('completes', {
  model: queue.complete,
  muster: async ({ town, verbs }, by, said) =>
    (await verbs.completeTask(town.platform, asAgent(by), { ...said, output: {} })).state,
});

const failing = (isRetryable: boolean) =>
  reporting(isRetryable ? 'fails' : 'gives up', {
    model: (road, said) => queue.fail(road, { ...said, isRetryable }),
    muster: async ({ town, verbs }, by, said) =>
      (await verbs.failTask(town.platform, asAgent(by), { ...said, error: 'it broke', retryable: isRetryable })).state,
  });

const release = reporting('releases', {
  model: queue.release,
  muster: async ({ town, verbs }, by, said) => (await verbs.releaseTask(town.platform, asAgent(by), said)).state,
});

const progress = reporting('reports on', {
  model: queue.progress,
  muster: async ({ town, verbs }, by, said) =>
    (await verbs.reportProgress(town.platform, asAgent(by), { ...said, progress: 0.5 })).stop_reason,
});

const [fail, giveUp] = [failing(true), failing(false)];

export const agentsDo = { claim, beat, complete, fail, giveUp, release, progress };
