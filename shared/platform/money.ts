/** Money is whole micro-dollars inside (1 USD = 1,000,000) and US dollars at the edge. */

const microsPerUsd = 1_000_000;

/** Micro-dollars, rounded up, so that no part of a cost is lost. Throws a RangeError past 2^53. */
export function microsOf(usd: number): number {
  const micros = Math.ceil(roundOff(usd * microsPerUsd));
  if (!Number.isSafeInteger(micros)) throw new RangeError('more money than can be counted exactly');
  return micros;
}

export const usdOf = (micros: number): number => micros / microsPerUsd;

/** Whether dollars are whole micro-dollars: what has more decimals would not be kept as it was said. */
export const isExact = (usd: number): boolean => usdOf(Math.round(usd * microsPerUsd)) === usd;

/** Up to the next whole cent, in micro-dollars. */
export const upToTheCent = (micros: number): number => Math.ceil(micros / 10_000) * 10_000;

/** Takes back what binary fractions add: 0.29 × 1,000,000 is 290,000 and not 289,999.99999999994. */
const roundOff = (value: number): number => Number(value.toPrecision(15));
