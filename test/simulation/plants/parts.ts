/** Whole parts that do their work in the wrong order. */
import { CompiledQuery } from 'kysely';
import { eventHash, type EventContent } from '../../../shared/events/chain.ts';
import { currentTransaction } from '../../../shared/platform/context.ts';
import { UnknownOutcome } from '../../../shared/platform/database/faults.ts';
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

const reads = /^select/;

/** A transaction believes what was read of a table before it began, in the place of reading it itself. */
export const believing =
  (transaction: string, table: string) =>
  (engine: Engine, past: Engine['read']): Engine => ({
    ...engine,
    atomically: (work) =>
      engine.atomically((run, at) =>
        work((query) => {
          const isMeant =
            currentTransaction() === transaction && reads.test(query.sql) && query.sql.includes(`"${table}"`);
          return isMeant ? past(query) : run(query);
        }, at),
      ),
  });

/** Now and then nobody hears of a commit, and it is told like any planted fault. */
export function losingAnswers(engine: Engine): Engine {
  let commits = 0;
  return {
    ...engine,
    atomically: async (work) => {
      const value = await engine.atomically(work);
      if (++commits % 20 === 0) throw new UnknownOutcome('planted: an answer was lost');
      return value;
    },
  };
}

const columns = 8; // of an event, in the order of the insert

/** Events of one type name `actor` for who did it; they hash what they say, and so does the chain's head. */
export const namingAnother =
  (type: string, { actor, table }: { actor: string; table: string }) =>
  (engine: Engine): Engine => ({
    ...engine,
    atomically: (work) =>
      engine.atomically((run, at) =>
        work(async (query) => {
          const { sql, parameters } = query;
          const isMeant = sql.startsWith('insert into "events"') && parameters.length === columns;
          if (!isMeant || parameters[2] !== type) return run(query);
          const [stream, number, , when, , trace, data] = parameters;
          const last = 'select hash from events where stream = ? and number = ? - 1';
          const [before] = await run<{ hash: string }>({ ...query, sql: last, parameters: [stream, number] });
          const content = { stream, number, type, at: when, actor, trace, data } as EventContent; // as it was inserted
          const hash = eventHash(before?.hash ?? '', content);
          await run(CompiledQuery.raw(`update ${table} set head_hash = ? where id = ?`, [hash, stream]));
          return run({ ...query, parameters: [stream, number, type, when, actor, trace, data, hash] });
        }, at),
      ),
  });
