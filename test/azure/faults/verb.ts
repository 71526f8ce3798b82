/** Verbs as they are called: operations over HTTP, stages by their bells, timers. */
import { routes } from '../../../functions/routes.ts';
import { stages } from '../../../functions/stages.ts';
import { timers } from '../../../functions/timers.ts';
import { isTransient } from '../../../shared/platform/database/faults.ts';
import type { Got } from '../../http/desk.ts';
import { plain } from './photograph.ts';
import { changes, readings, rings, type Called } from './calls.ts';
import type { Scene } from './scene.ts';

/** What a verb came to. */
export interface Outcome {
  /** Its answer, without what comes out otherwise each time. */
  said: string;
  failed: boolean;
  /** What was wrong about how it failed. */
  complaint?: string;
}

export interface Verb {
  /** Of the operation, the stage or the timer. */
  name: string;
  /** What it acts on, where there is more than one such thing. */
  what: string;
  run: () => Promise<Outcome>;
  /** Once more it has no other effect. */
  isRepeatable: boolean;
  /** A stage: its faults are kept on the row, and it is rung again, at the latest when its claim has run out. */
  isStage: boolean;
}

export const namesOf = {
  changes: Object.keys(changes),
  readings: routes.filter(({ name }) => !Object.hasOwn(changes, name)).map(({ name }) => name),
  rings: [...Object.values(stages), ...timers].map(({ name }) => name),
};

export function verbsOf(scene: Scene): Verb[] {
  const { platform } = scene.desk.world;
  const calls = [
    ...Object.entries(changes).flatMap(([name, row]) => row(scene).map((called) => [name, called] as const)),
    ...namesOf.readings.map((name) => [name, readings(name, scene)] as const),
  ];
  return [
    ...calls.map(([name, called]) => operation(scene, name, called)),
    ...rings(scene).map(({ bell, id, what }) => {
      const { name, run } = stages[bell];
      return { ...heard(name, () => run(platform, id)), what, isStage: true };
    }),
    ...timers.map(({ name, run }) => heard(name, () => run(platform))),
  ];
}

function operation({ desk, keys }: Scene, name: string, called: Called): Verb {
  const { as, path, body, headers, isRepeatable = false } = called;
  const method = routes.find((route) => route.name === name)?.method ?? '';
  const asked = {
    as: keys[as],
    headers: { prefer: 'respond-async', ...headers },
    ...(body === undefined ? {} : { body }),
  };
  return {
    ...{ name, what: path, isRepeatable, isStage: false },
    run: async () => {
      const got = await desk.ask(`${method} ${path}`, asked);
      const said = `${got.status} ${plain(got.text)}`;
      if (got.status < 400) return { said, failed: false };
      const complaint = isClear(name, got) ? {} : { complaint: `${said}\n${JSON.stringify(desk.world.logged.at(-1))}` };
      return { said, failed: true, ...complaint };
    },
  };
}

/** Whoever hears it knows when to try again, or what to look at first. */
function isClear(name: string, { status, headers, body: { code } }: Got): boolean {
  if (status !== 503) return false;
  if (name === 'getReadiness') return true; // it says what is not ready
  return code === 'outcome_unknown' || (code === 'unavailable' && Number(headers.get('retry-after')) >= 1);
}

/** What it throws is brought again: by the queue, or by the clock. */
const heard = (name: string, run: () => Promise<void>): Verb => ({
  ...{ name, what: '', isRepeatable: true, isStage: false },
  run: async () => {
    try {
      await run();
      return { said: 'heard', failed: false };
    } catch (error) {
      const said = String(error);
      return { said, failed: true, ...(isTransient(error) ? {} : { complaint: `threw ${said}` }) };
    }
  },
});
