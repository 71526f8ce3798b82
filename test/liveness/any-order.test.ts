/** Whatever happens to an agent, in whatever order: its record is told step by step, and it ends in service or with people. */
import fc from 'fast-check';
import { CompiledQuery } from 'kysely';
import { expect, it } from 'vitest';
import { listActionItems } from '../../shared/access/list-action-items.ts';
import { drainAgent } from '../../shared/liveness/drain.ts';
import { isolateAgent } from '../../shared/liveness/isolate.ts';
import { recoverAgents } from '../../shared/liveness/recover.ts';
import { restoreAgent } from '../../shared/liveness/restore.ts';
import { Refusal } from '../../shared/outcomes.ts';
import { retireAgent } from '../../shared/tasks/retire-agent.ts';
import { misstepsIn, type Told } from '../promises/a-recovery-goes-step-by-step.ts';
import { admin, openCrew, type Crew } from '../tasks/crew.ts';
import { noteFailures } from './failures.ts';

const agent_id = 'worker_1';

/** What may happen; some of it is refused, as it should be. */
const acts = {
  fail: (crew: Crew) => noteFailures(crew.platform, agent_id, 5),
  look: (crew: Crew) => recoverAgents(crew.platform),
  beat: (crew: Crew) => crew.beat(agent_id, []),
  claim: async (crew: Crew) => {
    await crew.queue({});
    const state = (await rowsOf<{ state: string }>(crew, 'select state from agents'))[0]?.state;
    const tasks = await crew.claim(agent_id);
    if (tasks.length > 0 && state !== 'active') throw new Error(`an agent that is ${state} was given a task`);
  },
  isolate: ({ platform }: Crew) => isolateAgent(platform, admin, { agent_id, reason: 'it lies' }),
  drain: ({ platform }: Crew) => drainAgent(platform, admin, { agent_id }),
  restore: ({ platform }: Crew) => restoreAgent(platform, admin, { agent_id }),
  retire: ({ platform }: Crew) => retireAgent(platform, admin, { agent_id }),
  register: (crew: Crew) => crew.register(agent_id, { max_concurrent_tasks: 5 }),
  wait: (crew: Crew) => crew.advance(31),
} satisfies Record<string, (crew: Crew) => Promise<unknown>>;

type Act = keyof typeof acts;

/** The likelier, the more often it stands here. */
const act = fc.constantFrom<Act[]>(
  ...(['fail', 'fail', 'fail', 'look', 'look', 'wait', 'beat', 'claim'] as const),
  ...(['isolate', 'isolate', 'restore', 'restore', 'drain', 'retire', 'register'] as const),
);

/** One after the other, or several at once. */
const course = fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { maxLength: 25 });

const rowsOf = <Row>({ platform }: Crew, sql: string): Promise<Row[]> =>
  platform.db.read.run<Row>(CompiledQuery.raw(sql));

function refusedOnly(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}

async function live(crew: Crew, steps: readonly Act[][]): Promise<void> {
  for (const together of steps) {
    await Promise.all(together.map((name) => acts[name](crew).catch(refusedOnly)));
    const [agent] = await rowsOf<{ state: string }>(crew, 'select state from agents');
    const told = await rowsOf<Told>(
      crew,
      "select type, actor from events where stream = 'agent:worker_1' order by number",
    );
    expect(misstepsIn(told, agent?.state ?? '')).toEqual([]);
    const left = await rowsOf(crew, 'select * from recoveries where began_at is not null');
    if (agent?.state !== 'isolated' && agent?.state !== 'retired') expect(left).toEqual([]);
    expect(await held(crew, agent?.state)).toEqual([]);
  }
}

/** What an isolated agent has in its hands. */
const held = async (crew: Crew, state: string | undefined) =>
  state === 'isolated' ? rowsOf(crew, "select id from tasks where state = 'running'") : [];

it('holds in any order', async () => {
  await fc.assert(
    fc.asyncProperty(course, fc.boolean(), async (steps, isAlive) => {
      const crew = await openCrew({}, { isUnwatched: true });
      try {
        await crew.register(agent_id, { max_concurrent_tasks: 5 });
        await live(crew, steps);
        const end: Act[] = isAlive ? ['wait', 'beat', 'look'] : ['wait', 'wait', 'wait', 'wait', 'look'];
        for (const each of ['look', ...end, ...end, ...end, ...end] as const) await live(crew, [[each]]);
        expect(await rowsOf(crew, 'select * from recoveries')).toEqual([]);
        const escalated = await rowsOf(crew, "select 1 from events where type = 'escalated'");
        expect((await listActionItems(crew.platform, admin, { limit: 10 })).length > 0).toBe(escalated.length > 0);
      } finally {
        await crew.close();
      }
    }),
    { numRuns: 100, seed: 20_261_121 },
  );
}, 60_000);
