/** A job that ends the process of whoever learns from it: the others are learned from, and so many deaths are enough. */
import { expect, test } from 'vitest';
import { currentTransaction } from '../../shared/platform/context.ts';
import { ringDueWork, voidStageLeases } from '../../shared/road/ring-due-work.ts';
import type { WorldOptions } from '../world.ts';
import { answerBells, openTown, type Town } from './town.ts';

const isId = (value: unknown): value is string => typeof value === 'string' && value.startsWith('job_');

/** Whoever learns dies of the poison: of a batch with it, and of it alone. */
class Learners {
  town: Town | undefined;
  poison = '';
  deaths = 0;
  isDead = false;
  /** Whose attempt was counted last, in this run. */
  #counted = '';
  #died = Promise.withResolvers<void>();

  options: WorldOptions = {
    engine: (real) => ({
      ...real,
      atomically: (work) =>
        real.atomically((run, at) =>
          work((query) => {
            if (currentTransaction() === 'countLearning') this.#counted = query.parameters.find(isId) ?? this.#counted;
            return run(query);
          }, at),
        ),
    }),
    stop: async (point, where) => {
      if (where !== 'learnFromJob' || point !== 'before-begin' || !(await this.#isDeadly())) return;
      this.deaths += 1;
      this.isDead = true;
      this.#died.resolve();
      await new Promise(() => {});
    },
    answer: async (platform, ring) => {
      if (this.isDead) return; // its bells with it
      this.#counted = '';
      this.#died = Promise.withResolvers();
      await Promise.race([answerBells(platform, ring), this.#died.promise]);
    },
  };

  /** A batch is looked at before anything is learned from it. */
  async #isDeadly(): Promise<boolean> {
    const { state, due_seconds = 0 } = (await this.town?.job(this.poison)) ?? {};
    if (state !== 'learning') return false;
    return this.#counted === '' ? due_seconds < 8 : this.#counted === this.poison;
  }
}

test('it ends with its outcome and an action item after its tries, and the others are learned from long before', async () => {
  const learners = new Learners();
  const town = await openTown({}, learners.options);
  learners.town = town;
  const ids = [await town.started(), await town.started(), await town.started()];
  learners.poison = ids[0] ?? '';
  await town.work();
  const ended: number[] = [];
  for (let starts = 0; starts < 120; starts++) {
    learners.isDead = false;
    town.lose();
    await voidStageLeases(town.platform);
    await town.world.advance(31);
    await ringDueWork(town.platform);
    await town.settle();
    const [left] = await town.sql<{ n: number }>("select count(*) n from jobs where state = 'learning'");
    ended.push(3 - (left?.n ?? 0));
  }
  for (const id of ids) expect(await town.job(id)).toMatchObject({ state: 'succeeded', due_at: null });
  expect(await town.sql('select code, subject from action_items')).toEqual([
    { code: 'learning_keeps_failing', subject: learners.poison },
  ]);
  expect(ended.indexOf(2)).toBeLessThan(8); // long before the poison is given up
  expect(learners.deaths).toBe(3 + 10); // of batches, and of the job alone
  expect(await town.sql('select sum(completed) n from agent_records')).toEqual([{ n: 2 }]);
  await town.close();
});
