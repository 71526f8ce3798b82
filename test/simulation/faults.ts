/** What goes wrong in a life: each seed has a mix of its own, in which most kinds are off so that others show. */
import type { Chance } from './chance.ts';
import { chanceOf } from './chance.ts';

/** How often each happens where it is on, of a hundred: commits, bells, calls, turns and boundaries. */
const shares = {
  /** A transaction fails before its commit. */
  undone: 3,
  /** A commit whose answer is lost. */
  unknown: 3,
  /** A statement outside a transaction fails. */
  unread: 1,
  /** A read outside of a transaction finds what was there some transactions ago. */
  stale: 25,
  /** A turn at which the process ends, with everything in memory. */
  crash: 0.4,
  bell_lost: 15,
  bell_doubled: 15,
  bell_late: 15,
  /** A ring from which on its bell is heard by nobody for minutes: all that is rung meanwhile is heard after it. */
  bell_stuck: 2,
  /** A sweep that comes minutes after its time. */
  sweep_late: 25,
  call_lost: 8,
  call_doubled: 8,
  call_late: 8,
  answer_lost: 8,
  /** Whoever stands at a boundary is held there for minutes. */
  held: 0.5,
  /** A turn at which the process's clock steps, to up to 90 s before or behind. */
  clock: 1,
  /** A turn at which the disk is full for a while. */
  disk_full: 0.3,
  /** A new job that one stage can't bear. */
  poison: 5,
  /** A call out finds nobody, too late an answer, or a bad one. */
  outbound: 20,
} as const;

export type FaultKind = keyof typeof shares;
export const faultKinds = Object.keys(shares) as FaultKind[];

export interface Faults {
  /** Whether this kind happens now, by a stream of its own. */
  happens(kind: FaultKind): boolean;
  /** The stream of this kind: how long, how far, which. */
  of(kind: FaultKind): Chance;
  /** How often each happens, of a hundred. */
  readonly mix: Readonly<Partial<Record<FaultKind, number>>>;
}

export interface Mixing {
  seed: number;
  /** No others; undefined: as the seed says. */
  only: readonly FaultKind[] | undefined;
  /** Once it says so, nothing happens any more. */
  isCalm: () => boolean;
  /** Hears of each that happens. */
  onFault?: (kind: FaultKind) => void;
}

export function faultsOf({ seed, only, isCalm, onFault }: Mixing): Faults {
  const mix = mixOf(chanceOf(seed, 'mix'));
  if (only !== undefined) for (const kind of faultKinds) if (!only.includes(kind)) delete mix[kind];
  const streams = Object.fromEntries(faultKinds.map((kind) => [kind, chanceOf(seed, kind)])) as Record<
    FaultKind,
    Chance
  >;
  return {
    mix,
    of: (kind) => streams[kind],
    happens: (kind) => {
      const share = mix[kind];
      if (share === undefined || isCalm() || !streams[kind].chance(share / 100)) return false;
      onFault?.(kind);
      return true;
    },
  };
}

/** One in twelve lives is without any. */
function mixOf(chance: Chance): Partial<Record<FaultKind, number>> {
  if (chance.chance(1 / 12)) return {};
  const share = chance.pick([0.2, 0.5, 0.8]);
  return Object.fromEntries(
    faultKinds.flatMap((kind) => (chance.chance(share) ? [[kind, shares[kind] * chance.pick([0.5, 1, 3])]] : [])),
  );
}

/** What this simulation has done itself: nothing else may fail. */
export class Planted extends Error {
  override readonly name = 'Planted';
}

/** An error like that of SQLite. */
export const plantedSqlite = (words: string, errcode: number): Error =>
  Object.assign(new Planted(`planted: ${words}`), { code: 'ERR_SQLITE_ERROR', errcode });

/** Whether it is one of ours, or was thrown because of one. */
export function isPlanted(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if (each.message.includes('planted: ')) return true;
  return false;
}
