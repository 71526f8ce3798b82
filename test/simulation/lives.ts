/** Many lives in this process, one after the other, and what they came to. */
import type { Asked, Given, Lived } from './asked.ts';
import { live } from './live.ts';

export interface Lives {
  lives: number;
  /** Of this process, the loading of the sources left out. */
  cpuSeconds: number;
  turns: number;
  commits: number;
  crashes: number;
  /** Simulated. */
  seconds: number;
  failed: Failed[];
}

export interface Failed {
  asked: Asked;
  lived: Lived;
}

export interface Wanted {
  from: number;
  seeds: number;
  /** Lived before all others. */
  first?: readonly Asked[];
  /** Ends early after so long. */
  minutes?: number | undefined;
  /** Ends early after so many failures: the rest would only repeat them. */
  mostFailures?: number;
}

/** Three of ten lives are large; the others cost half as much, and each brings another order of what happens. */
export const askedOf = (seed: number): Asked => (seed % 10 < 3 ? { seed } : small(seed));

/** They pass by: a job comes to its end without them. */
const passersBy = [
  ...['sue', 'cheat', 'thief', 'maintainer', 'reader', 'head horst', 'head hank', 'twin of writer'],
  ...['blunderer', 'verifier', 'correspondent', 'supervisor', 'publisher'],
  ...['letters of writer', 'mail of hanna', 'mail of hugo', 'mail thief', 'postmaster'],
];

/** Of every other one there is an operator, who gives jobs another course. */
const small = (seed: number): Asked => ({
  seed,
  without: seed % 2 === 0 ? passersBy : [...passersBy, 'operator'],
  calmSeconds: 240,
});

export async function livesOf(wanted: Wanted, given: Given): Promise<Lives> {
  const { from, seeds, first = [], minutes = Infinity, mostFailures = 3 } = wanted;
  const end = performance.now() + minutes * 60_000;
  const before = process.cpuUsage();
  const sums: Lives = { lives: 0, cpuSeconds: 0, turns: 0, commits: 0, crashes: 0, seconds: 0, failed: [] };
  for (; sums.lives < first.length + seeds && performance.now() < end; sums.lives++) {
    if (sums.failed.length >= mostFailures) break;
    const at = sums.lives - first.length;
    const asked = first[sums.lives] ?? askedOf(from + at);
    const lived = await live(asked, given);
    for (const name of ['turns', 'commits', 'crashes', 'seconds'] as const) sums[name] += lived[name];
    if (lived.broken.length > 0) sums.failed.push({ asked, lived });
  }
  const { user, system } = process.cpuUsage(before);
  return { ...sums, cpuSeconds: (user + system) / 1e6 };
}

/** What many processes came to together. */
export const together = (all: readonly Lives[]): Lives =>
  all.reduce((one, other) => ({
    lives: one.lives + other.lives,
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    turns: one.turns + other.turns,
    commits: one.commits + other.commits,
    crashes: one.crashes + other.crashes,
    seconds: one.seconds + other.seconds,
    failed: [...one.failed, ...other.failed],
  }));

export function toldOf(
  { lives, failed, cpuSeconds, turns, commits, crashes, seconds }: Lives,
  wallSeconds: number,
): string {
  const each = (sum: number) => (sum / lives).toFixed(1);
  return (
    `${lives} lives, ${failed.length} failed; ${(lives / wallSeconds).toFixed(0)} seeds a second, ` +
    `${cpuSeconds.toFixed(0)} CPU seconds, ${each(cpuSeconds * 1000)} ms CPU, ${each(turns)} turns, ${each(commits)} commits, ` +
    `${each(crashes)} crashes, ${each(seconds)} simulated seconds each`
  );
}
