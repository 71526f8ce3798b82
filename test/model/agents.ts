/** What agents do in a run, and what time does. */
import * as fc from 'fast-check';
import { refuse } from '../../shared/outcomes.ts';
import { asAgent } from '../road/town.ts';
import { heads, workers } from './definitions.ts';
import * as model from './model.ts';
import type { Lease } from './model.ts';
import { pass, type Muster } from './muster.ts';
import { choice } from './step.ts';
import { nameOf } from './view.ts';

const worker = fc.constantFrom(...workers);
const words = ({ task, fence }: Lease) => `${nameOf(task)} ${fence}`;

/** Mostly where there is something to take. */
const claim = choice(fc.tuple(worker, fc.integer({ min: 1, max: 3 }), fc.nat(15)), ([any, most, dice]) => (road) => {
  const open = road.tasks.filter(({ state }) => state === 'queued');
  const agent = dice === 0 ? any : open[dice % Math.max(1, open.length)]?.agent;
  if (agent === undefined) return undefined;
  return {
    words: `${agent} claims up to ${most}`,
    model: (road) => model.claim(road, agent, most).map((task) => words({ ...task, task })),
    muster: async ({ town, verbs, names, steps }) => {
      const asked = { agent_id: agent, max: most, wait_seconds: 0, claim_id: `claim ${steps}` };
      const { tasks } = await verbs.claimTasks(town.platform, asAgent(agent), asked);
      return tasks.map(({ task_id, fence }) => `${names.get(task_id)} ${fence}`);
    },
    isTwice: dice > 7,
  };
});

/** Mostly one that holds something; it lists all, all but one, or an old fence as well. */
const beat = choice(fc.tuple(worker, fc.nat(7)), ([any, dice]) => ({ tasks }) => {
  const running = tasks.filter(({ state }) => state === 'running');
  const agent = dice > 1 && running[0] !== undefined ? running[0].agent : any;
  const held = running.filter((task) => task.agent === agent);
  const leases = held
    .slice(dice === 0 ? 1 : 0)
    .map((task) => ({ task, agent, fence: task.fence - (dice === 1 ? 1 : 0) }));
  return {
    words: `${agent} calls in with ${leases.map(words).join(', ') || 'nothing'}`,
    model: (road) => {
      const { invalid, stops } = model.heartbeat(road, agent, leases);
      return [invalid, stops].map((some) => some.map(({ task }) => nameOf(task)));
    },
    muster: async ({ town, verbs, ids, names }) => {
      const fences = leases.map(({ task, fence }) => ({ task_id: ids.get(nameOf(task)) ?? '', fence }));
      const { invalid, stops } = await verbs.heartbeat(town.platform, asAgent(agent), { agent_id: agent, fences });
      return [invalid, stops].map((some) => some.map(({ task_id }) => names.get(task_id)));
    },
    isTwice: dice > 5,
  };
});

/** The heads were silent, or were not. */
const headsCall = choice(fc.constant(undefined), () => () => ({
  words: 'the heads call in',
  model: (road) => void road.there.add('category:data'),
  muster: async ({ town, verbs }) => {
    for (const agent_id of heads) await verbs.heartbeat(town.platform, asAgent(agent_id), { agent_id, fences: [] });
  },
}));

/** What it says of its task, and what becomes of that then. */
const becomes = {
  completes: 'succeeded',
  fails: 'delayed',
  'gives up': 'failed',
  releases: 'queued',
  'reports on': 'running',
};
type Verb = keyof typeof becomes;

const said = fc.record({
  verb: fc.constantFrom<Verb>(
    ...([
      'completes',
      'completes',
      'completes',
      'fails',
      'fails',
      'gives up',
      'releases',
      'reports on',
      'reports on',
    ] as const),
  ),
  at: fc.nat(3),
  cost: fc.constantFrom(0, 0, 100, 400, 700, 1500),
  /** 0: about any task that was ever held; 1: by another; 2: with an older fence. */
  dice: fc.nat(15),
});

const report = choice(said, ({ verb, at, cost, dice }) => ({ tasks }) => {
  const held = tasks.filter(({ state, fence }) => (dice === 0 ? fence > 0 : state === 'running'));
  const task = held[at % Math.max(1, held.length)];
  if (task === undefined) return undefined;
  const agent = dice === 1 ? (workers.find((one) => one !== task.agent) ?? '') : task.agent;
  const lease = { task, agent, fence: task.fence - (dice === 2 ? 1 : 0) };
  const isLate = task.state !== 'running';
  return {
    words: `${agent} ${verb} ${words(lease)} at a cost of ${cost}`,
    model: (road) => model.report(road, lease, becomes[verb], cost),
    muster: (muster) => tell(muster, lease, { verb, cost, isLate }),
    isTwice: dice > 7,
  };
});

/** To whom is heard no more, its first answer is as good as a refusal: neither changes anything. */
async function tell(
  muster: Muster,
  lease: Lease,
  { verb, cost, isLate }: { verb: Verb; cost: number; isLate: boolean },
) {
  const { verbs, town, ids, settled } = muster;
  const usage = { model: 'penny', input_tokens: cost, cached_tokens: 0, output_tokens: 0 };
  const report = { task_id: ids.get(nameOf(lease.task)) ?? '', fence: lease.fence, usage };
  const by = [town.platform, asAgent(lease.agent)] as const;
  if (verb === 'reports on') return (await verbs.reportProgress(...by, { ...report, progress: 0.5 })).stop_reason ?? '';
  const failure = { ...report, error: 'it broke', retryable: verb === 'fails' };
  const { state } = await (verb === 'completes'
    ? verbs.completeTask(...by, { ...report, output: {} })
    : verb === 'releases'
      ? verbs.releaseTask(...by, report)
      : verbs.failTask(...by, failure));
  if (isLate && settled.get(words(lease)) === state) refuse('lease_lost');
  settled.set(words(lease), state);
  return state;
}

const silences: Record<'nobody' | 'workers' | 'everybody', string[]> = {
  nobody: [],
  workers: ['agent:writer', 'agent:reader'],
  everybody: ['agent:writer', 'agent:reader', 'category:data'],
};
/** Nobody falls silent for less than three heartbeats. */
const shortly = fc.record({ seconds: fc.constantFrom(10, 10, 10, 31, 31), silent: fc.constant('nobody' as const) });
const long = fc.record({
  seconds: fc.constantFrom(95, 95, 301, 1801, 3601),
  silent: fc.constantFrom<keyof typeof silences>('nobody', 'nobody', 'workers', 'everybody'),
});

/** Who is there and does not fall silent has called in all the while. */
const time = choice(fc.oneof({ weight: 9, arbitrary: shortly }, { weight: 5, arbitrary: long }), (spell) => (road) => {
  const { seconds, silent } = spell;
  const isThere = (thing: string) => road.there.has(thing) && !silences[silent].includes(thing);
  return {
    words: `${seconds} seconds pass in which ${silent} is silent`,
    model: (road) => model.pass(road, seconds, silences[silent]),
    muster: async (muster) => {
      const present = workers.filter((id) => isThere(`agent:${id}`));
      await pass(muster, seconds, isThere('category:data') ? [...present, ...heads] : present);
    },
  };
});

export const agentsDo = { claim, beat, headsCall, report, time };
