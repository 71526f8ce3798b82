/** What bells, time and the sweep do in a run. */
import * as fc from 'fast-check';
import { answerBells } from '../road/town.ts';
import { heads, workers } from './data.ts';
import { call, pass, ringName, type Muster } from './muster.ts';
import { deliver, sweep } from './road.ts';
import { choice, moment } from './step.ts';

/** One bell, out of turn. */
const hearOne = choice(fc.nat(9), (at) => ({ bells }) => {
  const place = at % Math.max(1, bells.length);
  const bell = bells[place];
  if (bell === undefined) return undefined;
  return {
    words: `"${bell}" is heard`,
    model: (road) => deliver(road, place),
    muster: (muster) => hear(muster, bell),
  };
});

async function hear(muster: Muster, bell: string): Promise<void> {
  const { town } = muster;
  const { rung } = town.world;
  const [ring] = rung.splice(
    rung.findIndex((one) => ringName(muster, one) === bell),
    1,
  );
  if (ring !== undefined) await answerBells(town.platform, ring); // where none was found, the last is gone: seen at once
}

/** Bells that would ring each other for ever. */
const tooMany = 1000;

const hearAll = choice(fc.constant(undefined), () => ({ bells }) => {
  if (bells.length === 0) return undefined;
  const heard: string[] = [];
  return {
    words: 'all bells are heard',
    model: (road) => {
      for (let bell = road.bells[0]; bell !== undefined && heard.length < tooMany; bell = road.bells[0]) {
        heard.push(bell);
        road.now += moment;
        deliver(road, 0);
      }
    },
    muster: async (muster) => {
      for (const bell of heard) {
        pass(muster, moment);
        await hear(muster, bell);
      }
    },
  };
});

const everybody = [...heads, ...workers];
const silences = { nobody: everybody, workers: heads, everybody: [] };
const silent = fc.constantFrom<keyof typeof silences>(
  'nobody',
  'nobody',
  'nobody',
  'nobody',
  'workers',
  'workers',
  'everybody',
);
const seconds = fc.constantFrom(10, 10, 10, 10, 10, 31, 31, 31, 95, 95, 301, 1801, 3601);

/** Who is not silent has called in all the while. */
const time = choice(fc.tuple(seconds, silent), ([seconds, silent]) => () => ({
  words: `${seconds} seconds pass in which ${silent} is silent`,
  model: (road) => {
    road.now += seconds * 1000;
    for (const id of silences[silent]) road.seen[id] = road.now;
  },
  muster: async (muster) => {
    pass(muster, seconds * 1000);
    await call(muster, silences[silent]);
  },
}));

const sweeping = choice(fc.constant(undefined), () => () => ({
  words: 'what is due is rung',
  model: sweep,
  muster: ({ town, verbs }) => verbs.ringDueWork(town.platform),
}));

export const happens = { hearOne, hearAll, time, sweeping };
