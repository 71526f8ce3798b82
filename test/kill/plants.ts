/** What is wrong in each of these, a death brings to light. */
import type { Engine } from '../../shared/platform/database/transactions.ts';

const later = () => new Promise((resolve) => setTimeout(resolve, 50));

/** Of Muster: between transactions and the file. */
export const engines = {
  /** Who asked has the answer before it is kept. */
  'answered before its commit': (real: Engine): Engine => ({
    ...real,
    atomically: (work) =>
      new Promise((resolve, reject) => {
        const kept = real.atomically(async (run, at) => {
          resolve(await work(run, at));
          await later();
        });
        kept.catch(reject);
      }),
  }),
  'each statement kept by itself': (real: Engine): Engine => ({
    ...real,
    atomically: async (work) => {
      const time = await real.atomically(async (_, at) => at);
      return work(async (query) => ((await real.together([query]))[0] ?? []) as never[], time); // its rows
    },
  }),
} satisfies Record<string, (real: Engine) => Engine>;

/** And of those who start it again: no sweep, and callers that forget what they have asked. */
export type PlantName = keyof typeof engines | 'never rung again' | 'asked again under another key';

export const isOfEngine = (plant: PlantName | undefined): plant is keyof typeof engines =>
  plant !== undefined && plant in engines;
