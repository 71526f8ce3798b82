/** One life of a whole Muster from one seed, and what was found in it. */
import { found } from '../promises/noted.ts';
import type { Look } from '../promises/promised.ts';
import type { Around } from './around.ts';
import type { Asked, Given, Lived } from './asked.ts';
import { longestStuckSeconds } from './bells.ts';
import { chanceOf } from './chance.ts';
import { befall } from './fate.ts';
import type { Cast, Life } from './life.ts';
import { Network } from './network.ts';
import { isAtRest, notAtRest } from './rest.ts';
import { Running } from './running.ts';
import { surround } from './surround.ts';
import { noteTown } from './town.ts';

/** Looks so often whether all is over. */
const lookSeconds = 20;
/** Simulated time after the last fault, and the last bell that it has stuck, within which all must have come to rest. */
const longestCalmSeconds = longestStuckSeconds + 2400;

export async function live(asked: Asked, given: Given): Promise<Lived> {
  const broken: string[] = [];
  const around = surround(asked, given, broken);
  const { scheduler, ground, faults, manner, ledger } = around;
  noteTown(ledger);
  ground.reset();
  ground.time = around.clock.database;
  if (faults.mix.stale !== undefined) ground.past.begin();
  const look: Look = { rows: (sql, ...parameters) => ground.rows(sql, ...parameters), ledger };
  const lived = { broken, turns: 0, seconds: 0, crashes: 0, commits: 0 };
  const running = new Running(around);
  const now = given.promised.flatMap((promised) => promised.now ?? []).join(' union all ');
  around.committed = (name) => {
    lived.commits++;
    given.onCommit?.(name, scheduler.now);
    broken.push(...found(look, now));
  };
  scheduler.onTurn = (waiting) => {
    given.onTurn?.(waiting, scheduler.now);
    return befall(around, running, waiting);
  };
  const cast = given.castOf(chanceOf(asked.seed, 'cast')).filter(({ name }) => asked.without?.includes(name) !== true);
  await play({ around, running, cast, broken });
  if (broken.length === 0) for (const { atEnd } of given.promised) broken.push(...atEnd(look));
  return {
    ...lived,
    ...{ turns: scheduler.turns, seconds: scheduler.now / 1000, crashes: running.crashes },
    ...{ cast: cast.map(({ name }) => name), faults: faults.mix, calmSeconds: manner.calmSeconds },
  };
}

interface Played {
  around: Around;
  running: Running;
  cast: Cast[];
  broken: string[];
}

/** All goes on until everything has come to rest, or something is broken. */
async function play({ around, running, cast, broken }: Played): Promise<void> {
  const { scheduler } = around;
  const network = new Network(around, running);
  const left = new Set(cast.filter(({ isWaitedFor }) => isWaitedFor === true).map(({ name }) => name));
  const stage = { isOver: false };
  for (const { name, actor } of cast) {
    const life = lifeOf({ around, running, network, stage, name });
    scheduler.begin({ name, process: undefined }, () =>
      actor(life).then(
        () => void left.delete(name),
        (error: unknown) => around.unexpected(name, error),
      ),
    );
  }
  scheduler.begin({ name: 'host', process: undefined }, () => running.start());
  scheduler.begin({ name: 'watch', process: undefined }, async () => {
    await scheduler.sleep(around.manner.calmSeconds * 1000);
    for (let seconds = 0; seconds < longestCalmSeconds; seconds += lookSeconds) {
      await scheduler.sleep(lookSeconds * 1000);
      if (left.size === 0 && isAtRest(around.ground)) return void (stage.isOver = true);
    }
    broken.push(`did not come to rest: ${[...left, ...notAtRest(around.ground)].join(', ')}`);
  });
  await scheduler.run(() => stage.isOver || broken.length > 0);
}

interface Living extends Omit<Played, 'cast' | 'broken'> {
  network: Network;
  stage: { isOver: boolean };
  name: string;
}

function lifeOf({ around, running, network, stage, name }: Living): Life {
  const { scheduler, seed, ledger } = around;
  return {
    ledger,
    random: chanceOf(seed, `actor ${name}`),
    get platform() {
      if (running.platform === undefined) throw new Error('no Muster runs: reach it by call');
      return running.platform;
    },
    get isCalm() {
      return around.isCalm();
    },
    get isOver() {
      return stage.isOver;
    },
    glimpse: (sql, ...parameters) => around.ground.rows(sql, ...parameters).length > 0,
    sleep: (seconds) => scheduler.sleep(seconds * 1000),
    call: (what, verb) => network.call(name, what, verb),
    listen: (host, answer) => void around.hosts.set(host, answer),
  };
}
