/** A Muster is started again on the folder of one that died; callers ask again, and all goes on with nobody failing. */
import { recoverAgents } from '../../shared/liveness/recover.ts';
import { ringDueWork, voidStageLeases } from '../../shared/road/ring-due-work.ts';
import { ends } from '../promises/ends.ts';
import { callsIn, type Call, type Past } from './calls.ts';
import { openTown } from './folder.ts';
import { Life, refused, type Told } from './life.ts';
import type { Plan } from './steps.ts';
import { repeatable, type Verb } from './verbs.ts';

interface Restarted {
  /** Of callers. */
  complaints: string[];
  /** Those that were asked now. */
  calls: Call[];
}

export async function restart(plan: Plan, past: Past): Promise<Restarted> {
  const seed = plan.seed + 1_000_000;
  const town = await openTown(plan.folder, { at: new Date(past.at.getTime() + 1000), seed });
  const told: Told[] = [];
  const tell = (line: Told) => void told.push(line);
  const life = new Life({ town, seed, tell, stop: () => undefined, firstCall: past.calls.length });
  try {
    await voidStageLeases(town.platform); // as openMuster does
    const sweep = plan.plant === 'never rung again' ? async () => {} : () => ringDueWork(town.platform);
    await sweep();
    const complaints = await askAgain(life, forgotten(plan, past.calls));
    await calm(life, sweep);
    await recovered(life);
    return { complaints, calls: callsIn(told) };
  } finally {
    await town.close();
  }
}

/** Callers that take a new key for what they ask again. */
const forgotten = ({ plant }: Plan, calls: readonly Call[]): readonly Call[] =>
  plant !== 'asked again under another key'
    ? calls
    : calls.map((call) => ({ ...call, input: { ...(call.input as object), key: `another ${String(call.answer)}` } }));

const isRepeatable = (verb: Verb): boolean => repeatable.includes(verb);

/**
 * Who was not answered asks again, and who was may do so where a key or a fence makes it safe. What was asked may have
 * been done: then some verbs refuse to do it once more.
 */
async function askAgain(life: Life, calls: readonly Call[]): Promise<string[]> {
  const complaints: string[] = [];
  for (const { verb, input, answer, heard } of calls) {
    if (heard !== 'unheard' && !isRepeatable(verb)) continue;
    const again: unknown = await life.call(verb, input as never).catch(refused);
    if (heard === 'done' && !isSame(answer, again))
      complaints.push(`${verb} ${JSON.stringify(input)} was ${JSON.stringify(answer)} and is ${JSON.stringify(again)}`);
  }
  return complaints;
}

const isSame = (first: unknown, again: unknown): boolean => JSON.stringify(first) === JSON.stringify(again);

/** Isolated agents call in, and come back. */
async function recovered({ town }: Life): Promise<void> {
  for (let rounds = 0; rounds < 4; rounds++) {
    const left = await town.sql<{ agent_id: string }>('select agent_id from recoveries');
    if (left.length === 0) return;
    for (const { agent_id } of left) town.beating.add(agent_id);
    await town.pass(60);
    await recoverAgents(town.platform);
  }
}

/** Money and tools are there, heads say yes, agents work, until nothing is left to do. */
async function calm(life: Life, sweep: () => Promise<void>): Promise<void> {
  await life.call('putBudget', { limit_usd: 1000 });
  await life.call('registerTool', { name: 'late' });
  for (let rounds = 0; rounds < 40; rounds++) {
    await sweep();
    await life.settle();
    await life.vote();
    await life.work();
    const [left] = await life.town.sql<{ n: number }>(
      `select count(*) n from jobs where due_at is not null or state not in (${ends})`,
    );
    if (left?.n === 0) return;
    await life.town.pass(40);
  }
}
