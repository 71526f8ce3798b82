/** A Muster is started again on the folder of one that died; callers ask again, and all goes on with nobody failing. */
import { recoverAgents } from '../../shared/liveness/recover.ts';
import { ringDueWork, voidStageLeases } from '../../shared/road/ring-due-work.ts';
import { ends } from '../promises/ends.ts';
import type { Call, Rung } from './acts.ts';
import type { Open } from './folder.ts';
import { Life } from './life.ts';
import type { PlantName } from './plants.ts';
import { repeatable } from './verbs.ts';

/** What is left of a life. */
export interface Past {
  folder: string;
  /** When it ended. */
  at: Date;
  calls: readonly Call[];
  /** Bells that are still to be heard. */
  rung: readonly Rung[];
  seed: number;
  plant: PlantName | undefined;
}

interface Restarted {
  /** Of callers. */
  complaints: string[];
  /** All that were ever asked. */
  calls: readonly Call[];
}

export async function restart({ folder, at, calls, rung, seed, plant }: Past, open: Open): Promise<Restarted> {
  const town = await open(folder, { at: new Date(at.getTime() + 1000), seed });
  const life = new Life({ town, seed, calls });
  try {
    await voidStageLeases(town.platform); // as openMuster does
    const sweep = plant === 'never rung again' ? async () => {} : () => ringDueWork(town.platform);
    await sweep();
    await life.hear(...rung);
    const complaints = await askAgain(life, plant === 'asked again under another key' ? forgotten(calls) : calls);
    await calm(life, sweep);
    await recovered(life);
    await town.pass(100); // no delivery of before is anybody's any more
    await life.read();
    return { complaints, calls: life.calls };
  } finally {
    await town.close();
  }
}

/** Callers that take a new key for what they ask again. */
const forgotten = (calls: readonly Call[]): readonly Call[] =>
  calls.map((call) => ({ ...call, input: { ...(call.input as object), key: `another ${String(call.answer)}` } }));

/**
 * Who was not answered asks again, and who was may do so where a key or a fence makes it safe. What was asked may have
 * been done: then some verbs refuse to do it once more.
 */
async function askAgain(life: Life, calls: readonly Call[]): Promise<string[]> {
  const asked = calls.filter(({ verb, heard }) => heard === 'unheard' || repeatable.includes(verb));
  const again = await life.ask(asked);
  return asked.flatMap(({ verb, input, heard, answer }, at) =>
    heard !== 'done' || isSame(answer, again[at]?.answer)
      ? []
      : [`${verb} ${JSON.stringify(input)} was ${JSON.stringify(answer)} and is ${JSON.stringify(again[at])}`],
  );
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
  for (let rounds = 0; rounds < 20; rounds++) {
    await sweep();
    await life.settle();
    await life.vote();
    await life.work();
    const [left] = await life.town.sql<{ n: number }>(
      `select count(*) n from jobs where due_at is not null or state not in (${ends})`,
    );
    if (left?.n === 0) return;
    await life.town.pass(100); // longer than any lease
  }
}
