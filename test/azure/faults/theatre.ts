/** A scene in which every verb can be tried again and again, each time with another fault. */
import { openServer } from '../../readiness/a-server.ts';
import { openSqlDesk, type SqlDesk, type SqlDeskOptions } from './desk.ts';
import { footprints, putterBack } from './photograph.ts';
import { agents, setScene, type Scene } from './scene.ts';
import { verbsOf, type Verb } from './verb.ts';

export interface Theatre {
  desk: SqlDesk;
  scene: Scene;
  verbs: Verb[];
  /** All that is there, in lines that can be compared. */
  footprint: () => string[];
  /** Puts everything back to where it was. */
  reset: () => Promise<void>;
  /** As much later as it takes for a stage's claim to run out; everybody is still alive. */
  leaseOver: () => Promise<void>;
  close: () => Promise<void>;
}

/** Seconds; of a stage with outside calls. */
const longestLease = 121;

export async function openTheatre(options: SqlDeskOptions): Promise<Theatre> {
  const voter = await openServer(() => ({ status: 204 }));
  const desk = await openSqlDesk(options);
  const scene = await setScene(desk, voter.url);
  const { raw } = desk.twin.database;
  const putBack = putterBack(raw);
  return {
    ...{ desk, scene },
    verbs: verbsOf(scene),
    footprint: footprints(raw),
    reset: () => reset(desk, putBack),
    leaseOver: async () => {
      await desk.world.advance(longestLease);
      for (const agent of agents)
        await desk.ask(`POST /api/v1/agents/${agent}/heartbeat`, { as: scene.keys[agent], body: { fences: [] } });
    },
    close: async () => {
      await desk.close();
      await voter.close();
    },
  };
}

/** Whoever still has something open ends it first. */
async function reset({ twin, clock, world }: SqlDesk, putBack: () => void): Promise<void> {
  const giveOn = await twin.database.turns.take(new AbortController().signal);
  putBack();
  giveOn();
  clock.rewind();
  world.rung.length = 0;
  world.logged.length = 0;
  twin.asked.length = 0;
}
