/** Which of the many things that can go wrong are tried: all of them, or a few chosen by a seed. */
import type { Seams } from '../../../shared/platform/open.ts';
import { seededRandom } from '../../world/random.ts';
import type { Order } from '../tds/faults.ts';
import { impatient, patient } from './desk.ts';
import { isSlow, nameOf, ordersFor } from './orders.ts';
import { openTheatre, type Theatre } from './theatre.ts';
import { referenceOf, tried } from './trial.ts';
import type { Verb } from './verb.ts';

export interface Sample {
  seed: number;
  /** Of each verb. */
  quick: number;
  slow: number;
}

export const everything: Sample = { seed: 0, quick: Infinity, slow: Infinity };

/** Those that take the driver's patience to notice have a theatre of their own, where it is short. */
export interface Stage {
  quick: Theatre;
  slow: Theatre;
  close: () => Promise<void>;
}

export async function openStage(engine?: Seams['engine']): Promise<Stage> {
  const through = engine === undefined ? {} : { engine };
  const [quick, slow] = [
    await openTheatre({ patience: patient, ...through }),
    await openTheatre({ patience: impatient, ...through }),
  ];
  return {
    ...{ quick, slow },
    close: async () => {
      await quick.close();
      await slow.close();
    },
  };
}

/** What went wrong otherwise than it should, a line each. */
export async function complaintsAbout(name: string, { quick, slow }: Stage, sample: Sample): Promise<string[]> {
  return [
    ...(await withIn(quick, { name, seed: sample.seed, count: sample.quick, isWanted: (order) => !isSlow(order) })),
    ...(await withIn(slow, { name, seed: sample.seed, count: sample.slow, isWanted: isSlow })),
  ];
}

interface Wanted {
  name: string;
  seed: number;
  count: number;
  isWanted: (order: Order) => boolean;
}

async function withIn(theatre: Theatre, { name, seed, count, isWanted }: Wanted): Promise<string[]> {
  if (count === 0) return [];
  const complaints: string[] = [];
  for (const verb of theatre.verbs.filter((each) => each.name === name)) {
    const reference = await referenceOf(theatre, verb);
    if (reference.outcome.failed) complaints.push(`${called(verb)} fails by itself: ${reference.outcome.said}`);
    for (const order of chosen(ordersFor(reference.steps).filter(isWanted), count, seed + name.length)) {
      const wrong = await tried(theatre, verb, order, reference);
      complaints.push(...wrong.map((line) => `${called(verb)}, ${nameOf(order)} (seed ${seed}): ${line}`));
    }
  }
  return complaints;
}

const called = ({ name, what }: Verb): string => `${name} ${what}`;

function chosen(orders: Order[], count: number, seed: number): Order[] {
  if (count >= orders.length) return orders;
  const random = seededRandom(seed);
  return orders
    .map((order) => ({ order, at: random.fraction() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ order }) => order);
}
