/** What is measured of a queue, whatever it is: a process of its own does this with one of them. */
import { percentile } from '../floor.ts';

export interface Contestant {
  /** Puts one task into the queue; its priority is one of ten. */
  send(number: number): Promise<unknown>;
  /** Workers that take one task after the other and complete each, until stopped; `taken` is called as each gets one. */
  work(workers: number, taken: () => void): Promise<{ stop(): Promise<unknown> }>;
  close(): Promise<unknown>;
}

export interface Figures {
  /** Tasks per second, one after the other and with so many in flight as there are workers. */
  send_alone: number;
  send: number;
  drain_alone: number;
  drain: number;
  /** Sent and completed at the same time. */
  end_to_end: number;
  /** Milliseconds from a task being sent to a worker that waits until the worker has it. */
  pick_up_p50_ms: number;
  pick_up_p99_ms: number;
}

export interface Load {
  tasks: number;
  pick_ups: number;
}

const workers = 16;

export async function figuresOf(contestant: Contestant, { tasks, pick_ups }: Load): Promise<Figures> {
  const few = Math.ceil(tasks / 4);
  const send_alone = await rate(few, () => sent(contestant, few, 1));
  const drain_alone = await drained(contestant, few, 1);
  const send = await rate(tasks, () => sent(contestant, tasks, workers));
  const drain = await drained(contestant, tasks, workers);
  const end_to_end = await endToEnd(contestant, tasks);
  const times = await pickUps(contestant, pick_ups);
  const [pick_up_p50_ms, pick_up_p99_ms] = [percentile(times, 0.5), percentile(times, 0.99)];
  return { send_alone, send, drain_alone, drain, end_to_end, pick_up_p50_ms, pick_up_p99_ms };
}

async function rate(tasks: number, run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return tasks / ((performance.now() - start) / 1000);
}

async function sent({ send }: Contestant, tasks: number, inFlight: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < tasks) await send(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

/** Until the last of the tasks that are there was completed: a worker is told to stop only after it. */
const drained = (contestant: Contestant, tasks: number, inFlight: number): Promise<number> =>
  rate(tasks, async () => {
    const { all, taken } = counting(tasks);
    const working = await contestant.work(inFlight, taken);
    await all;
    await working.stop();
  });

async function endToEnd(contestant: Contestant, tasks: number): Promise<number> {
  const { all, taken } = counting(tasks);
  const working = await contestant.work(workers, taken);
  await pause(100); // until they wait
  return rate(tasks, async () => {
    await Promise.all([sent(contestant, tasks, workers), all]);
    await working.stop();
  });
}

/** `all` when `taken` was called so often. */
function counting(tasks: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const taken = () => {
    count += 1;
    if (count === tasks) resolve();
  };
  return { all: promise, taken };
}

async function pickUps(contestant: Contestant, count: number): Promise<number[]> {
  let taken = () => {};
  const working = await contestant.work(1, () => taken());
  const times: number[] = [];
  const warmUp = 20;
  for (let turn = -warmUp; turn < count; turn++) {
    await pause(10); // until it waits again
    const start = performance.now();
    const picked = new Promise<void>((resolve) => (taken = resolve));
    const sending = contestant.send(turn + warmUp);
    await picked;
    if (turn >= 0) times.push(performance.now() - start);
    await sending;
  }
  await pause(10);
  await working.stop();
  return times;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
