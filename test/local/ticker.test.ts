/** Row 13 of the proof: whatever the clock of the machine does, a timer runs once a slot, and never on top of itself. */
import { Cron } from 'croner';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { timers, type Timer } from '../../functions/timers.ts';
import { startTimers } from '../../local/ticker.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { openWorld, type World } from '../world.ts';

type Start = (platform: Platform, timers: readonly Timer[]) => { stop(): Promise<void> };

/** A timer of the table that only notes when it runs, and takes so long. */
interface Noted extends Timer {
  ran: Date[];
  atOnce: number;
}

const seconds = 1000;
const hours = 3600 * seconds;
let world: World;
let zone: string | undefined;
beforeEach(async () => {
  world = await openWorld();
  zone = process.env['TZ'];
});
afterEach(async () => {
  vi.useRealTimers();
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
  await world.close();
});

function noted(name: string, takes = 0): Noted {
  const timer = timers.find((each) => each.name === name);
  if (timer === undefined) throw new Error(`there is no timer ${name}`);
  let running = 0;
  const ran: Date[] = [];
  const one: Noted = {
    ...timer,
    ran,
    atOnce: 0,
    run: async () => {
      ran.push(new Date());
      one.atOnce = Math.max(one.atOnce, ++running);
      if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
      running--;
    },
  };
  return one;
}

/** Runs them from a moment on; time passes only as `passing` says. */
async function during(
  start: Start,
  ticking: Noted[],
  [from, passing]: [string, () => Promise<unknown>],
): Promise<void> {
  vi.useFakeTimers({ now: new Date(from), toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const started = start({ ...world.platform, clock: systemClock }, ticking);
  await passing();
  const stopped = started.stop();
  await vi.advanceTimersByTimeAsync(60 * seconds);
  await stopped;
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const slots = ({ ran }: Noted): string[] => ran.map((at) => at.toISOString().slice(0, 19));

/** Days on which clocks are put forward or back somewhere. */
const switches = ['2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'];
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Anchorage'];

/** The hours around the slots of such a day, in every zone; gives what ran otherwise than once, at its time in UTC. */
async function wrongDays(start: Start): Promise<string[]> {
  const wrong: string[] = [];
  for (const TZ of zones) {
    process.env['TZ'] = TZ;
    for (const day of switches) {
      const [rotate, seal] = [noted('rotateDataKeys'), noted('sealRecord')];
      await during(start, [rotate, seal], [`${day}T01:00:00.000Z`, () => pass(2.5 * hours)]);
      vi.useRealTimers();
      const ran = [rotate, seal].flatMap(slots);
      if (ran.join() !== `${day}T02:30:00,${day}T03:00:00`) wrong.push(`${TZ} ${day}: ${ran.join()}`);
    }
  }
  return wrong;
}

test('wherever and whenever clocks are put forward or back, each day has one run, at its time in UTC', async () => {
  expect(await wrongDays(startTimers)).toEqual([]);
});

test('three days have three runs', async () => {
  process.env['TZ'] = 'Europe/Berlin';
  const seal = noted('sealRecord');
  await during(startTimers, [seal], ['2026-10-24T00:00:00.000Z', () => pass(72 * hours)]);
  expect(slots(seal)).toEqual(['24', '25', '26'].map((day) => `2026-10-${day}T03:00:00`));
});

test('every second has one run, also of the hour that comes twice', async () => {
  process.env['TZ'] = 'Europe/Berlin';
  const sweep = noted('ringDueWork');
  await during(startTimers, [sweep], ['2026-10-25T00:59:50.500Z', () => pass(1.2 * hours)]);
  expect(new Set(slots(sweep)).size).toBe(sweep.ran.length);
  expect(sweep.ran.length).toBe(1.2 * 3600);
});

async function atOnce(start: Start): Promise<Noted> {
  const slow = noted('ringDueWork', 2500);
  await during(start, [slow], ['2026-03-01T12:00:00.500Z', () => pass(20 * seconds)]);
  return slow;
}

test('a run that takes longer than its slot has the next ones left out, and none on top of it', async () => {
  const slow = await atOnce(startTimers);
  expect(slow.atOnce).toBe(1);
  expect(slots(slow).map((at) => Number(at.slice(-2)))).toEqual([1, 4, 7, 10, 13, 16, 19]);
});

test('after a sleep of the machine, what was missed runs once, and then goes on in its slots', async () => {
  const [seal, sweep] = [noted('sealRecord'), noted('ringDueWork')];
  const night = async () => {
    await pass(10 * seconds);
    vi.setSystemTime(new Date('2026-03-04T08:00:00.200Z'));
    await pass(60 * seconds);
  };
  await during(startTimers, [seal, sweep], ['2026-03-01T23:00:00.000Z', night]);
  expect(slots(seal)).toHaveLength(1);
  expect(slots(seal)[0]).toMatch(/^2026-03-04T08:00/);
  const after = slots(sweep).filter((at) => at > '2026-03-04');
  expect(new Set(after).size).toBe(after.length);
  expect(after.length).toBeGreaterThan(58);
});

/** After some seconds the clock is put back, and then comes past where it was. */
async function putBack(after: number, back: number): Promise<void> {
  await pass(after * seconds);
  vi.setSystemTime(new Date(Date.now() - back * seconds));
  await pass((back + 40) * seconds);
}

describe.each([0.5, 90, 3600])('a clock that is put back by %f seconds', (back) => {
  test.each([
    ['just after a slot does not give it a second run', 10.3],
    ['some time after a slot does not either', 20],
    ['just before a slot does not lose it', 5],
  ])('%s', async (_, after) => {
    const seal = noted('sealRecord');
    await during(startTimers, [seal], ['2026-03-02T02:59:50.000Z', () => putBack(after, back)]);
    expect(slots(seal)).toEqual(['2026-03-02T03:00:00']);
  });

  test('has the sweep go on all the same', async () => {
    const sweep = noted('ringDueWork');
    await during(startTimers, [sweep], ['2026-03-02T12:00:00.000Z', () => putBack(10, back)]);
    expect(sweep.ran.length).toBeGreaterThan(back + 40);
  });
});

test('a process that is started again within a slot that has run does not run it again', async () => {
  const seal = noted('sealRecord');
  await during(startTimers, [seal], ['2026-03-02T02:59:59.000Z', () => pass(1500)]);
  vi.useRealTimers();
  await during(startTimers, [seal], ['2026-03-02T03:00:00.600Z', () => pass(5 * seconds)]);
  expect(slots(seal)).toEqual(['2026-03-02T03:00:00']);
});

describe('what these are for: a ticker', () => {
  const naive: Start = (platform, ticking) => {
    const jobs = ticking.map(
      ({ schedule, local_schedule = schedule, run }) => new Cron(local_schedule, () => run(platform)),
    );
    return {
      stop: async () => {
        for (const job of jobs) job.stop();
      },
    };
  };

  test('that goes by the local time is found out', async () => {
    expect((await wrongDays(naive)).length).toBeGreaterThan(12);
  });

  test('that forgets which slot it has run is found out', async () => {
    const seal = noted('sealRecord');
    await during(naive, [seal], ['2026-03-02T02:59:50.000Z', () => putBack(20, 90)]);
    expect(slots(seal)).toEqual(['2026-03-02T03:00:00', '2026-03-02T03:00:00']);
  });

  test('that runs one on top of the other is found out', async () => {
    expect((await atOnce(naive)).atOnce).toBeGreaterThan(1);
  });
});
