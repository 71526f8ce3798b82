/** Jobs that one stage can't bear: it throws each time it would write anything for them. */
import type { CompiledQuery } from 'kysely';
import { plantedSqlite, type Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';

/** By the names of their transactions. The last only while faults last: nothing gives up a job that runs. */
const stages = ['estimateJob', 'validateJob', 'learnFromJob', 'executeJob'] as const;
const untilCalm: string = stages[3];

const broken = 10;
export const poisonous = 'this job is more than the stage can bear';

export interface Poisoned {
  faults: Faults;
  ledger: Ledger;
  isCalm: () => boolean;
}

export class Poison {
  readonly #given: Poisoned;
  /** Names of transactions by job. */
  readonly #stageOf = new Map<unknown, string>();

  constructor(given: Poisoned) {
    this.#given = given;
  }

  /** What one transaction asks before each of its statements; gives what is thrown where that is too much. */
  swallowing(): (transaction: string, query: CompiledQuery) => Error | undefined {
    let isMet = false;
    return (transaction, query) => {
      if (query.sql.startsWith('insert into "jobs"')) this.#mix(query.parameters[0]);
      if (this.#stageOf.size === 0) return undefined;
      isMet ||= query.parameters.some((value) => this.#stageOf.get(value) === transaction);
      const isBorne = !isMet || query.sql.startsWith('select') || (transaction === untilCalm && this.#given.isCalm());
      return isBorne ? undefined : plantedSqlite(poisonous, broken);
    };
  }

  /** Some new jobs are poison, to one of the stages. */
  #mix(job_id: unknown): void {
    const { faults, ledger } = this.#given;
    if (typeof job_id !== 'string' || this.#stageOf.has(job_id) || !faults.happens('poison')) return;
    const stage = faults.of('poison').pick(stages);
    this.#stageOf.set(job_id, stage);
    ledger.note('poison', { job_id, stage });
  }
}
