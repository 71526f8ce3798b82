/** What is done to a Muster: a caller asks, a bell is heard, a timer ticks. Each can be told to another process and done there. */
import { stages } from '../../functions/stages.ts';
import { timers } from '../../functions/timers.ts';
import { Refusal } from '../../shared/outcomes.ts';
import type { BellName, Platform } from '../../shared/platform/platform.ts';
import type { Heard } from '../simulation/ledger.ts';
import type { Point } from '../world/points.ts';
import { ask, type Verb } from './verbs.ts';

/** What a caller asked, and what was heard of it. */
export interface Call {
  verb: Verb;
  input: unknown;
  heard: Heard;
  answer?: unknown;
}

export type Rung = { bell: BellName; id: string };
export type Act = Call | Rung | { timer: string };

/** Two more than transactions have: who asked has no answer yet, and has one. */
export type Moment = Point | 'before-answer' | 'after-answer';
export type Stopping = (moment: Moment, where: string) => Promise<void> | undefined;

export interface Stage {
  platform: Platform;
  stop: Stopping;
  /** Told of each answer as it is heard. */
  hear?: (call: Call) => void;
}

/** They begin one after the other and go on together, which then share commits. A call keeps what was heard of it. */
export async function together(acts: readonly Act[], stage: Stage): Promise<void> {
  await Promise.all(acts.map((act) => done(act, stage)));
}

async function done(act: Act, stage: Stage): Promise<void> {
  if ('verb' in act) return asked(act, stage);
  if ('timer' in act) return timers.find(({ name }) => name === act.timer)?.run(stage.platform);
  const { name, run } = stages[act.bell];
  await run(stage.platform, act.id);
  await stage.stop('before-answer', name);
}

async function asked(call: Call, { platform, stop, hear = () => {} }: Stage): Promise<void> {
  const { verb, input } = call;
  try {
    const answer: unknown = await ask(platform, verb, input as never);
    await stop('before-answer', verb);
    Object.assign(call, { heard: 'done', answer: answer ?? null });
  } catch (error) {
    call.heard = refused(error);
  }
  hear(call);
  if (call.heard === 'done') await stop('after-answer', verb);
}

/** The code of a refusal. */
export function refused(error: unknown): string {
  if (error instanceof Refusal) return error.code;
  throw error;
}
