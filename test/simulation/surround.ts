/** Puts together what is around the Muster of one life. */
import { openLog } from '../../shared/platform/telemetry/log.ts';
import { lockRecorder } from '../locks/recorder.ts';
import type { Around, SimulatedClock } from './around.ts';
import type { Asked, Given } from './asked.ts';
import { chanceOf } from './chance.ts';
import { choiceOf } from './choice.ts';
import { faultsOf, isPlanted, type FaultKind } from './faults.ts';
import { Ledger } from './ledger.ts';
import { isKnown, toldIn } from './logged.ts';
import { configOf, mannerOf, type Manner } from './manner.ts';
import { answering } from './outbound.ts';
import { Poison } from './poison.ts';
import { Scheduler } from './scheduler.ts';

/** The last that was planted has made itself felt by then: a disk was full, a call was slow. */
const longestFaultSeconds = 120;

/** How many tries a fault may cost a stage; while a disk is full there are some. */
const costs: Partial<Record<FaultKind, number>> = { undone: 1, unknown: 1, unread: 1, crash: 1, disk_full: 6 };

/** What is found broken goes to `broken`. */
export function surround(asked: Asked, given: Given, broken: string[]): Around {
  const { seed } = asked;
  const hosts: Around['hosts'] = new Map();
  const manner = mannerIn(asked);
  const scheduler = new Scheduler(choiceOf(chanceOf(seed, 'turns')));
  const isCalm = () => scheduler.now >= manner.calmSeconds * 1000;
  const isOver = () => scheduler.now >= (manner.calmSeconds + longestFaultSeconds) * 1000;
  const ledger = new Ledger(() => scheduler.now / 1000);
  const faults = faultsOf({
    ...{ seed, only: asked.faults, isCalm },
    onFault: (kind) => {
      const tries = costs[kind];
      if (tries !== undefined) ledger.note('trouble', { tries });
      given.onFault?.(kind, scheduler.now);
    },
  });
  const { ground, plant = {} } = given;
  const disk = { fullUntil: -1 };
  return {
    ...{ seed, scheduler, faults, ledger, ground, manner, plant, disk, isCalm },
    poison: new Poison({ faults, ledger, isCalm }),
    config: configOf(manner),
    clock: clockOf({ scheduler, manner, plant }),
    hosts,
    outbound: answering({ scheduler, faults, hosts, now: () => new Date(manner.begins.getTime() + scheduler.now) }),
    log: openLog('warn', (line) => {
      const told = toldIn(line);
      if (!isKnown(told, isOver())) broken.push(`unexpected: ${told}`);
    }),
    watched: lockRecorder((words) => broken.push(`locks: ${words}`)),
    isDiskFull: () => scheduler.now < disk.fullUntil,
    rollBack: () => ground.rollBack(),
    committed: (name) => given.onCommit?.(name, scheduler.now),
    unexpected: (where, error) => {
      if (!isPlanted(error) || isOver()) broken.push(`unexpected in ${where}: ${String(error)}`);
    },
  };
}

/** As the seed says, but for what was asked otherwise. */
function mannerIn({ seed, calmSeconds }: Asked): Manner {
  const manner = mannerOf(chanceOf(seed, 'manner'));
  return { ...manner, calmSeconds: Math.min(manner.calmSeconds, calmSeconds ?? Infinity) };
}

function clockOf({ scheduler, manner, plant }: Pick<Around, 'scheduler' | 'manner' | 'plant'>): SimulatedClock {
  const { databaseSeconds = () => 0 } = plant;
  const since = (seconds: number) => manner.begins.getTime() + scheduler.now + seconds * 1000;
  const clock: SimulatedClock = {
    off: 0,
    now: () => new Date(since(clock.off)),
    database: () => since(databaseSeconds(clock.off)),
  };
  return clock;
}
