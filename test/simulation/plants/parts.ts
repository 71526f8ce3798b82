/** Whole parts that do their work in the wrong order. */
import type { CompiledQuery } from 'kysely';
import type { Engine } from '../../../shared/platform/database/transactions.ts';
import type { Bells } from '../../../shared/platform/platform.ts';
import type { Plant } from '../around.ts';

/** Each statement is committed by itself, so that what fails leaves the half of it. */
export const splitUp = (engine: Engine): Engine => ({
  ...engine,
  atomically: async (work) => {
    const at = await engine.atomically(async (_, now) => now);
    return work(async <Row>(query: CompiledQuery<Row>) => ((await engine.together([query])) as [Row[]])[0], at);
  },
});

/** Events are written with whatever is committed next. */
export function eventsLate(engine: Engine): Engine {
  const late: CompiledQuery[] = [];
  return {
    ...engine,
    atomically: (work) =>
      engine.atomically(async (run, at) => {
        for (const query of late.splice(0)) await run(query);
        return work(async <Row>(query: CompiledQuery<Row>) => {
          if (!query.sql.startsWith('insert into "events"')) return run(query);
          late.push(query);
          return [] as Row[];
        }, at);
      }),
  };
}

/** A new job is rung for as soon as it is written, and not again. */
export function rungBefore(): Plant {
  let bells: Bells | undefined;
  const rung = new Set<unknown>();
  return {
    bells: (real) => {
      bells = real;
      return { ...real, ring: (ring, seconds) => (rung.delete(ring.id) ? undefined : real.ring(ring, seconds)) };
    },
    engine: (engine) => ({
      ...engine,
      atomically: (work) =>
        engine.atomically((run, at) =>
          work((query) => {
            const [id] = query.parameters;
            if (query.sql.startsWith('insert into "jobs"')) {
              bells?.ring({ bell: 'estimate', id: String(id), trace: null });
              rung.add(id);
            }
            return run(query);
          }, at),
        ),
    }),
  };
}
