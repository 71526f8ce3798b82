/** What can go wrong with a verb: each place, each way. */
import type { Failing, Moment, Order, Target } from '../tds/faults.ts';

/** platform.md, and the two of a key that another inserted first. */
export const transient = [
  926, 615, 4060, 4221, 10_928, 10_929, 40_197, 40_501, 40_613, 49_918, 49_919, 49_920, 1205, 1222,
] as const;

const ways: Failing[] = [...transient, 'reset', 'silence', 'dead'];

const moments: Record<Target, Moment[]> = {
  connect: ['before', 'after'],
  begin: ['before', 'after'],
  statement: ['before', 'after', 'mid'],
  commit: ['before', 'after'],
  rollback: [],
};

/** Waiting for them takes as long as the driver's patience. */
export const isSlow = ({ how }: Order): boolean => how === 'silence' || how === 'dead';

/** Each place of these steps, each way; of what goes wrong every time a few ways are enough. */
export function ordersFor(steps: readonly Target[]): Order[] {
  const asked = steps.filter((step) => step !== 'connect');
  if (asked.length === 0) return []; // it does not need the database
  const places = [...asked.entries(), [0, 'connect'] as const];
  return places.flatMap(([at, on]) => {
    const skip = on === 'connect' ? 0 : asked.slice(0, at).filter((step) => step === on).length;
    return moments[on].flatMap((when) =>
      ways
        .filter((how) => !(on === 'connect' && when === 'after' && typeof how === 'number'))
        .flatMap((how): Order[] => {
          const order = { on, when, how, skip, closes: typeof how === 'number' && how >= 10_000 };
          return [order, ...(isTelling(how) ? [{ ...order, times: Infinity }] : [])];
        }),
    );
  });
}

const isTelling = (how: Failing): boolean => how === 1205 || how === 49_918 || how === 'reset';

export const nameOf = ({ on, when = 'before', how, skip = 0, times = 1 }: Order): string =>
  `${how} ${when} ${on} ${skip + 1}${times === 1 ? '' : ', and every one after it'}`;
